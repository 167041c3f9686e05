"""What the engine refuses, or does not say, becomes an error that a user can act on."""

import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from partywall.engines.docker.api import Api, judged, silent
from partywall.model.errors import MachineFailed

SOCKET = Path("/run/d.sock")


class SayingApi(Api):
    """An engine that gives one answer to everything, and notes what it was asked."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(SOCKET, seconds=60.0)
        self._answer = status, body
        self.asked: tuple[str, str, bytes, float] | None = None

    def _ask(self, method: str, address: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        self.asked = method, address, body, seconds
        return self._answer


def test_an_answer_is_json() -> None:
    assert SayingApi(200, b'[{"Id":"1"}]').get("/containers/json") == [{"Id": "1"}]


def test_an_absent_thing_is_none_or_false_or_empty() -> None:
    api = SayingApi(404, b'{"message":"No such container: x"}')
    assert api.get("/containers/x/json") is None
    assert api.delete("/containers/x") is False
    assert api.raw("/containers/x/logs") == b""


def test_something_done_to_an_absent_thing_is_an_error() -> None:
    with pytest.raises(MachineFailed, match="No such container: x"):
        SayingApi(404, b'{"message":"No such container: x"}').post("/containers/x/stop")


@pytest.mark.parametrize("status", [204, 304])
def test_nothing_to_say_is_none_and_true(status: int) -> None:
    assert SayingApi(status, b"").post("/containers/x/start") is None
    assert SayingApi(status, b"").delete("/containers/x") is True


def test_a_query_is_encoded() -> None:
    api = SayingApi(200, b"{}")
    api.get("/x", all=True, limit=5, name="a b", filters={"label": ["k=v"]})
    assert api.asked is not None
    assert api.asked[1] == (
        "/x?all=true&limit=5&name=a+b&filters=%7B%22label%22%3A%5B%22k%3Dv%22%5D%7D"
    )


def test_a_body_is_sent_as_json() -> None:
    api = SayingApi(201, b'{"Id":"1"}')
    assert api.post("/networks/create", {"Name": "x"}) == {"Id": "1"}
    assert api.asked == ("POST", "/networks/create", b'{"Name":"x"}', 60.0)


@pytest.mark.parametrize(
    ("given", "allowed"), [({"t": 120}, 180.0), ({"seconds": 5.0}, 5.0), ({}, 60.0)]
)
def test_a_stop_may_take_its_own_time(given: Mapping[str, float], allowed: float) -> None:
    api = SayingApi(204, b"")
    api.post("/containers/x/stop", **given)  # type: ignore[arg-type]
    assert api.asked is not None
    assert api.asked[3] == allowed


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (409, b'{"message":"volume is in use"}', "volume is in use"),
        (500, b'{"message":"no space left on device\\n"}', "no space left on device"),
        (400, b"bad request", "bad request"),
        (503, b"", "it gives no reason"),
        (500, b"[]", "[]"),
        (500, b"\xff", "\ufffd"),
    ],
)
def test_a_refusal_has_the_engines_own_words(status: int, body: bytes, said: str) -> None:
    with pytest.raises(MachineFailed) as failed:
        judged("/volumes/x", status, body)
    assert failed.value.what == f"the Docker engine refuses /volumes/x: {said}"
    assert failed.value.remedy


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(MachineFailed, match="unreadable about /info"):
        SayingApi(200, b"<html>").get("/info")


@pytest.mark.parametrize(
    ("error", "what", "remedy"),
    [
        (FileNotFoundError(), "does not answer", "systemctl start docker"),
        (ConnectionRefusedError(), "does not answer", "systemctl start docker"),
        (NotADirectoryError(), "does not answer", "systemctl start docker"),
        (PermissionError(), "not in the group docker", "usermod -aG docker"),
        (TimeoutError(), "nothing came for 60 s", "journalctl -u docker"),
        (ConnectionResetError(104, "reset by peer"), "reset by peer", "journalctl -u docker"),
        (ConnectionError(), "ConnectionError", "journalctl -u docker"),
    ],
)
def test_silence_says_why_and_where(error: Exception, what: str, remedy: str) -> None:
    failed = silent(SOCKET, error, 60.0)
    assert what in failed.what
    assert remedy in failed.remedy
    assert str(SOCKET) in str(failed)


def test_an_engine_is_told_from_another_by_its_id_and_its_data() -> None:
    body = (Path(__file__).parents[3] / "captures/docker/info.json").read_bytes()
    identity = SayingApi(200, body).identity()
    assert identity.startswith("DWHW:N2UK:")
    assert identity.endswith(" /var/lib/docker")


def test_an_engine_says_its_version() -> None:
    assert SayingApi(200, b'{"Version":"20.10.24+dfsg1"}').version() == "20.10.24+dfsg1"


def test_an_archive_is_sent_with_each_change_of_the_image() -> None:
    api = SayingApi(200, b'{"status":"sha256:1"}')
    archive = io.BytesIO(b"tar")
    api.load(archive, repo="agent", tag="1", changes=["LABEL a=b", "ENV C=d"], seconds=9)
    assert api.asked == (
        "POST",
        "/images/create?fromSrc=-&repo=agent&tag=1&changes=LABEL+a%3Db&changes=ENV+C%3Dd",
        archive,
        9,
    )
