"""Production that `docker compose` started becomes ours; whatever fails, it is as it was."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from fakes.verbs import Notes
from partywall.model.errors import MachineFailed
from partywall.workflows.opening import Where, open_project
from partywall.workflows.take_over import record, run
from scenarios.boxes import docker
from scenarios.legacy import SECRET, Legacy, production

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

Break = Callable[[Legacy], contextlib.AbstractContextManager[None]]


MARGIN = 1.5
"""Seconds: the visitor sees the gap from outside, a little later than who makes it."""


class Visitor:
    """Asks production's page fifty times a second, at the address that it always had."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._visit)
        self.pages: list[str] = []
        """What came back, each once, in order."""
        self.longest = 0.0
        """Seconds between one answer and the next."""

    def __enter__(self) -> Visitor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(1)
        self._stop.set()
        self._thread.join()

    def _visit(self) -> None:
        last = time.monotonic()
        while not self._stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                page = self._ask()
                now = time.monotonic()
                self.longest, last = max(self.longest, now - last), now
                self.pages += [page] if page not in self.pages[-1:] else []
            time.sleep(0.02)

    def _ask(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read().decode()


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Legacy]:
    with production(tmp_path_factory.mktemp("legacy")) as one:
        yield one


@contextlib.contextmanager
def edited(one: Legacy, **services: dict[str, object]) -> Iterator[None]:
    """Services are described otherwise for a while."""
    path = one.folder / "compose.yaml"
    before = path.read_text()
    said = yaml.safe_load(before)
    for name, changes in services.items():
        said["services"].setdefault(name, {}).update(changes)
    path.write_text(yaml.safe_dump(said))
    try:
        yield
    finally:
        path.write_text(before)


@contextlib.contextmanager
def in_the_way(kind: str, *words: str, name: str) -> Iterator[None]:
    docker(*words)
    try:
        yield
    finally:
        docker(kind, "rm", "-f", name) if kind == "container" else docker(kind, "rm", name)


def image_missing(one: Legacy) -> contextlib.AbstractContextManager[None]:
    return edited(one, web={"image": "nobody-has-this:1"})


@contextlib.contextmanager
def build_fails(one: Legacy) -> Iterator[None]:
    place = one.folder / "broken"
    place.mkdir(exist_ok=True)
    (place / "Dockerfile").write_text("FROM python:3.12-slim\nRUN false\n")
    with edited(one, web={"build": "./broken"}):
        yield


@contextlib.contextmanager
def dump_fails(one: Legacy) -> Iterator[None]:
    db = f"{one.name}-db-1"
    found = docker("exec", db, "which", "-a", "pg_dump")
    places = [one for one in found if not one.startswith("/bin/")]  # the same as /usr/bin
    for place in places:
        docker("exec", db, "mv", place, f"{place}.away")
    try:
        yield
    finally:
        for place in places:
            docker("exec", db, "mv", f"{place}.away", place)


@contextlib.contextmanager
def disk_full(one: Legacy) -> Iterator[None]:
    place = one.home / "take-over"
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def never_healthy(one: Legacy) -> contextlib.AbstractContextManager[None]:
    check = {"test": ["CMD", "false"], "interval": "0.3s", "retries": 2, "start_period": "0s"}
    return edited(one, db={"healthcheck": check})


def ends_at_once(one: Legacy) -> contextlib.AbstractContextManager[None]:
    return edited(one, web={"command": ["python", "-c", "raise SystemExit(7)"]})


def server_does_not_start(one: Legacy) -> contextlib.AbstractContextManager[None]:
    return edited(one, db={"command": ["postgres", "-c", "shared_buffers=nonsense"]})


def network_taken(one: Legacy) -> contextlib.AbstractContextManager[None]:
    name = "shop-prod_default"
    return in_the_way("network", "network", "create", name, name=name)


def name_taken(one: Legacy) -> contextlib.AbstractContextManager[None]:
    name = "shop-prod-web-1"
    return in_the_way("container", "create", "--name", name, "python:3.12-slim", "true", name=name)


@contextlib.contextmanager
def other_password(one: Legacy) -> Iterator[None]:
    path = one.folder / ".env"
    before = path.read_text()
    path.write_text(before.replace(SECRET, "not-the-one-in-the-data"))
    try:
        yield
    finally:
        path.write_text(before)


WITHOUT_A_GAP = (image_missing, build_fails, dump_fails, disk_full, network_taken)
"""What is tried while the originals still serve."""


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (image_missing, "nobody-has-this"),
        (build_fails, "false"),
        (dump_fails, "pg_dump"),
        (disk_full, "no space left"),
        (never_healthy, "health check"),
        (ends_at_once, "exit code 7"),
        (server_does_not_start, "shared_buffers"),
        (network_taken, "shop-prod_default"),
        (name_taken, "shop-prod-web-1"),
        (other_password, "password"),
    ],
)
def test_whatever_fails_the_originals_serve(legacy: Legacy, broken: Break, words: str) -> None:
    data, originals = legacy.data(legacy.name), legacy.originals()
    settings = (legacy.folder / "partywall.yaml").read_bytes()
    since = legacy.since()
    with broken(legacy):
        said = legacy.call("take-over", "prod", "--yes", code=None)
    assert said.code in (3, 5), said.text
    assert words in said.err, said.text
    assert "the originals serve as before" in said.err
    assert legacy.originals() == originals
    assert legacy.data(legacy.name) == data
    assert legacy.of_ours() == []
    assert (legacy.folder / "partywall.yaml").read_bytes() == settings
    assert not list((legacy.home / "take-over").glob("*"))
    if broken in WITHOUT_A_GAP:
        assert legacy.since() == since


def started(one: Legacy, stage: str) -> subprocess.Popen[str]:
    """A take-over that has come to a stage."""
    process = subprocess.Popen(
        one.command("take-over", "prod", "--yes"),
        env=one.environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    record = one.home / "take-over" / "operation.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            if json.loads(record.read_text())["stage"] == stage:
                return process
        time.sleep(0.005)
    raise AssertionError(f"it never came to {stage}: {process.communicate()[0]}")


@pytest.mark.parametrize("stage", ["save", "images", "stop", "start", "check"])
def test_what_was_killed_is_taken_back(legacy: Legacy, stage: str) -> None:
    data, originals = legacy.data(legacy.name), legacy.originals()
    process = started(legacy, stage)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for words in (("up", "--yes"), ("up", "prod", "--yes"), ("resume", "--yes")):
        assert "resume --back" in legacy.call(*words, code=3).err
    assert f"(at: {stage})" in legacy.call("doctor", code=1).out
    legacy.call("resume", "--back", "--yes")
    assert legacy.originals() == originals
    assert legacy.data(legacy.name) == data
    assert legacy.of_ours() == []


def test_settings_that_were_written_already_are_as_before(
    legacy: Legacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, originals = legacy.data(legacy.name), legacy.originals()
    settings = (legacy.folder / "partywall.yaml").read_bytes()
    keep = record.write

    def full(home: Path, written: record.Record) -> None:
        if written.settled:
            assert (legacy.folder / "partywall.yaml").read_bytes() != settings
            raise MachineFailed("the disk is full")
        keep(home, written)

    monkeypatch.setattr(record, "write", full)
    monkeypatch.setenv("PARTYWALL_COMMONS", str(legacy.commons))
    with pytest.raises(MachineFailed, match="the disk is full"):
        run.take_over(
            open_project(Where(folder=legacy.folder)),
            "prod",
            behind=(),
            approve=lambda _: None,
            tell=print,
            progress=Notes(),
        )
    assert (legacy.folder / "partywall.yaml").read_bytes() == settings
    assert legacy.originals() == originals
    assert legacy.data(legacy.name) == data


def test_who_is_interrupted_goes_back(legacy: Legacy) -> None:
    originals = legacy.originals()
    process = started(legacy, "start")
    os.kill(process.pid, signal.SIGINT)
    text = process.communicate(timeout=120)[0]
    assert process.returncode in (5, 130), text
    assert legacy.originals() == originals


@contextlib.contextmanager
def a_stranger(one: Legacy) -> Iterator[None]:
    with edited(one, other={"image": "redis:7"}):
        one.plain("up", "-d", "other")
    try:
        yield
    finally:
        docker("rm", "-f", f"{one.name}-other-1")


@contextlib.contextmanager
def several(one: Legacy) -> Iterator[None]:
    with edited(one, web={"ports": []}):
        one.plain("up", "-d", "--no-recreate", "--scale", "web=2", "web")
    try:
        yield
    finally:
        docker("rm", "-f", f"{one.name}-web-2")


@contextlib.contextmanager
def nameless_data(one: Legacy) -> Iterator[None]:
    with edited(one, other={"image": "redis:7", "command": "redis-server --appendonly yes"}):
        one.plain("up", "-d", "other")
        try:
            yield
        finally:
            docker("rm", "-f", "-v", f"{one.name}-other-1")


def test_what_is_only_written_at_the_stop_is_not_lost(legacy: Legacy) -> None:
    with edited(legacy, other={"image": "redis:7"}):
        legacy.plain("up", "-d", "other")
        name = f"{legacy.name}-other-1"
        try:
            docker("exec", name, "redis-cli", "set", "kept", "in memory")
            legacy.call("take-over", "prod", "--dry-run")
            originals = legacy.originals()
            said = " ".join(legacy.call("take-over", "prod", "--yes", code=3).err.split())
            assert f"serve as before: {name} keeps /data in a volume without a name" in said
            assert "--without-data-of other" in said
            assert legacy.originals() == originals
            assert docker("exec", name, "redis-cli", "get", "kept") == ["in", "memory"]
            assert legacy.of_ours() == []
        finally:
            docker("rm", "-f", "-v", name)


def moved(one: Legacy) -> contextlib.AbstractContextManager[None]:
    return edited(one, cache={"volumes": ["rows:/data"]})


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (a_stranger, "the Compose file has no service other"),
        (several, "runs in several containers"),
        (nameless_data, "in a volume without a name"),
        (moved, "cache would have"),
    ],
)
def test_what_would_lose_something_is_refused_first(
    legacy: Legacy, broken: Break, words: str
) -> None:
    with broken(legacy):
        said = legacy.call("take-over", "prod", "--dry-run", code=3)
    assert words in " ".join(said.err.split())


def test_it_is_taken_over(legacy: Legacy) -> None:
    data = legacy.data(legacy.name)
    legacy.call("up", "dev", "--yes")
    dev = legacy.of_ours("dev")
    shown = legacy.document("take-over", "prod", "--dry-run")
    assert shown["volumes"] == sorted(legacy.volumes())
    kept = ("mark.txt", "vault-prod")
    assert shown["folders"] == [str(legacy.folder / one) for one in kept]
    assert "ADMIN_PASSWORD" not in str(shown)
    assert legacy.call("take-over", "prod", code=3).err.count("nobody can be asked") == 1

    with Visitor(legacy.published) as visitor:
        done = legacy.document("take-over", "prod", "--yes")
    assert 0 < done["away"] < done["away_at_most"]
    assert visitor.pages == ["plain has one.txt", "prod has one.txt"]
    assert visitor.longest < done["away"] + MARGIN
    assert legacy.originals() == {}
    assert legacy.data("shop-prod") == data
    assert legacy.of_ours("dev") == dev
    assert legacy.document("plan")["changes"] == 0
    settings = (legacy.folder / "partywall.yaml").read_text()
    assert f"volumes_of: {legacy.name}}}  # by `docker compose`, for now" in settings
    dumps = [one.name for one in Path(done["saved"]).iterdir()]
    assert sorted(dumps) == ["db-0-postgres.dump", "db-1-shop.dump", "db-roles.sql"]
    assert "external: true" in (legacy.home / "rendered/prod/compose.yaml").read_text()

    legacy.call("destroy", "prod", "--yes")
    assert {*legacy.volumes()} <= {*docker("volume", "ls", "-q")}
    legacy.call("up", "prod", "--yes")
    assert legacy.data("shop-prod") == data


def test_what_cannot_be_handed_back_stays_ours(legacy: Legacy) -> None:
    data, ours = legacy.data("shop-prod"), len(legacy.of_ours())
    with edited(legacy, web={"command": ["python", "-c", "raise SystemExit(7)"]}):
        said = legacy.call("leave", "--yes", code=5)
    assert "exit code 7" in said.err
    assert "was not handed back, and runs as before" in said.err
    assert legacy.data("shop-prod") == data
    assert len(legacy.of_ours()) == ours
    assert legacy.originals() == {}


def test_everything_is_handed_back(legacy: Legacy) -> None:
    data = legacy.data("shop-prod")
    shown = legacy.document("leave", "--dry-run")
    assert (shown["project"], shown["ends"], shown["last"]) == (legacy.name, ["dev"], True)
    with Visitor(legacy.published) as visitor:
        done = legacy.document("leave", "--yes")
    assert done["away"] > 0
    assert done["writes"] == []
    assert visitor.pages == ["prod has one.txt", "plain has one.txt"]
    assert visitor.longest < done["away"] + MARGIN
    assert legacy.data(legacy.name) == data
    assert {one[1] for one in legacy.originals().values()} == {"running"}
    assert {*done["volumes"]} <= {*docker("volume", "ls", "-q")}
    assert len(done["volumes"]) == 3
    assert not legacy.home.exists()
    assert not legacy.commons.exists()
    assert list((legacy.folder / "partywall-dumps").glob("*/*.dump"))
    assert legacy.call("leave", "--yes", code=3)
    docker("volume", "rm", *done["volumes"])
