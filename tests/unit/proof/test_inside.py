"""The agent: what it does when asked for odd things, and that it takes back what it wrote."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from partywall.proof.edge import Door, Page, basic
from partywall.proof.inside import network, processes, vault
from partywall.proof.inside.__main__ import carry_out, main
from partywall.proof.inside.answer import DENIED, TIMED_OUT, UNREACHABLE, of_error, shorten


def ask(**more: object) -> dict[str, Any]:
    return carry_out(more, time.monotonic() + 5)


@pytest.mark.parametrize("do", ["shell.run", "vault", "vault.format", "", "answer.shorten"])
def test_what_it_does_not_know_it_does_not_do(do: str) -> None:
    assert ask(do=do)["outcome"] == "failed"


def test_an_ask_after_the_deadline_is_not_tried(tmp_path: Path) -> None:
    given = {"do": "vault.plant", "folder": str(tmp_path), "name": "x", "text": "x"}
    assert carry_out(given, time.monotonic() - 1)["outcome"] == "failed"
    assert list(tmp_path.iterdir()) == []


def test_each_line_is_answered_under_its_number(tmp_path: Path) -> None:
    asks = [{"do": "vault.list", "folder": str(tmp_path)}, {"do": "nothing"}]
    text = json.dumps({"asks": asks, "seconds": 5})
    said: list[str] = []
    main([f"7 {text}\n", f"9 {text}\n"], said.append)
    lines = {number: json.loads(given) for number, _, given in (one.partition(" ") for one in said)}
    assert set(lines) == {"7", "9"}
    for answers in lines.values():
        assert [one["outcome"] for one in answers] == ["done", "failed"]


def test_a_scratch_file_is_gone_afterwards(tmp_path: Path) -> None:
    assert vault.scratch({"folder": str(tmp_path), "name": "x"})["outcome"] == "done"
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("somebody's")
    assert vault.scratch({"folder": str(tmp_path), "name": "x"})["outcome"] == "failed"
    assert (tmp_path / "x").read_text() == "somebody's"


def test_planting_and_uprooting_leave_others_files_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/other").write_text("stays")
    given = {"folder": str(tmp_path), "name": "a/b/x.png", "text": "planted"}
    assert vault.plant(given)["outcome"] == "done"
    assert (tmp_path / "a/b/x.png").read_text() == "planted"
    assert vault.read({"path": str(tmp_path / "a/b/x.png")})["outcome"] == "done"
    assert vault.uproot(given)["outcome"] == "done"
    assert vault.uproot(given)["outcome"] == "done"
    assert {path.name for path in tmp_path.rglob("*")} == {"a", "other"}


def test_links_lead_to_what_can_be_read_and_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / "far").write_text("found")
    (tmp_path / "own").mkdir()
    given = {"folder": str(tmp_path / "own"), "name": "x"}
    there, nowhere = str(tmp_path / "far"), str(tmp_path / "none")
    assert vault.links({**given, "targets": [nowhere, there]})["outcome"] == "done"
    assert vault.links({**given, "targets": [nowhere]})["outcome"] == "refused"
    assert vault.links({**given, "targets": ["/proc/version"]})["says"].endswith("/proc/version")
    assert vault.lead({**given, "name": "a/x", "target": there})["outcome"] == "done"
    assert (tmp_path / "own/a/x").read_text() == "found"
    assert vault.lead({**given, "name": "a/x", "target": there})["outcome"] == "failed"
    vault.uproot({**given, "name": "a/x"})
    assert list((tmp_path / "own").iterdir()) == []


def test_a_hard_link_into_another_file_system_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beyond(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", beyond)
    given = {"folder": str(tmp_path), "name": "x", "targets": [str(tmp_path / "none")]}
    assert vault.links(given)["outcome"] == "refused"
    assert vault._said(OSError(errno.EXDEV, "no"))["says"] == "no link leads out of it"


def test_what_is_not_there_is_not_visible(tmp_path: Path) -> None:
    answer = vault.list_folder({"folder": str(tmp_path / "none")})
    assert answer == {"outcome": "refused", "says": "not visible from inside"}


def test_own_processes_can_be_knocked_on_and_reused_ids_are_not() -> None:
    me = {"pid": os.getpid(), "started": processes._started(os.getpid())}
    space = processes._space()
    seen = processes.knock({"space": space, "processes": [me]})
    assert (seen["outcome"], seen["signals"], seen["environs"]) == ("done", 1, 1)
    reused = processes.knock({"space": space, "processes": [{**me, "started": "1"}]})
    assert (reused["outcome"], reused["seen"]) == ("permission denied", 0)
    elsewhere = processes.knock({"space": "pid:[1]", "processes": [me]})
    assert elsewhere["outcome"] == "refused"
    assert processes.census({})["uid"] == os.getuid()


def test_errors_say_what_they_show() -> None:
    assert of_error(TimeoutError())["outcome"] == TIMED_OUT
    assert of_error(PermissionError(13, "Permission denied"))["outcome"] == DENIED
    assert of_error(ConnectionRefusedError(111, "Connection refused"))["outcome"] == UNREACHABLE
    assert len(shorten("word \n" * 100)) == 160


def test_a_door_names_its_port_only_when_it_has_to() -> None:
    assert Door().authority("app.test") == "app.test"
    assert Door(port=80, tls=False).authority("app.test") == "app.test"
    assert Door(port=8443).authority("app.test") == "app.test:8443"
    assert Door(port=8443).at(0).port == 8443
    assert Door().at(8443).port == 8443
    assert basic("dev", "word") == {"Authorization": "Basic ZGV2OndvcmQ="}
    page = Page(status=404, headers=(("X-Tag", "a"), ("x-tag", "b")))
    assert (str(page), page.header("X-TAG")) == ("404 Not Found", "a, b")


def test_a_file_is_found_by_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "point/with space/files").mkdir(parents=True)
    (tmp_path / "point/with space/files/x").write_text("found")
    point = tmp_path / "point/with space"
    monkeypatch.setattr(vault, "_mounts", lambda: ["/nowhere", str(point)])
    mark = vault._mark(point / "files/x")
    read = vault.read({"path": "/host/docker/files/x", "mark": mark})
    assert read == {"outcome": "done", "says": f"opened and read it as {point}/files/x"}
    listed = vault.list_folder({"folder": "/host/files", "mark": vault._mark(point / "files")})
    assert listed["says"] == f"listed 1 entries as {point}/files"
    made = {"folder": "/host/point", "name": "new", "mark": vault._mark(point)}
    assert vault.scratch(made)["outcome"] == "done"
    assert vault.read({"path": "/host/files/x", "mark": [0, 0]})["outcome"] == "refused"
    assert vault.read({"path": "/host/files/x"})["outcome"] == "refused"
    assert {path.name for path in point.iterdir()} == {"files"}


def test_mounts_are_read_with_their_odd_names(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        "36 35 98:0 /mnt1 /a\\040b rw,noatime master:1 - ext3 /dev/root rw\n"
        "37 35 0:5 / /far rw - nfs4 server:/ rw\n"
        "38 35 0:6 / /proc rw - proc proc rw\n"
    )
    monkeypatch.setattr(Path, "read_text", lambda _self: said)
    assert vault._mounts() == ["/a b"]


def test_processes_of_an_inner_space_are_known_by_their_inner_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = [{"pid": 70, "started": "5"}, {"pid": 71, "started": "5"}, {"pid": 72, "started": "6"}]
    ids = {70: ["70", "1"], 71: ["71"], 72: ["72", "1"]}
    monkeypatch.setattr(processes, "_others", lambda *, every: seen)
    monkeypatch.setattr(processes, "_field", lambda pid, _name: ids[pid])
    assert processes._inner([{"pid": 1, "started": "5"}]) == [70]
    nobody = {"space": "pid:[1]", "processes": [{"pid": 9, "started": "5"}]}
    got = processes.knock(nobody)
    assert (got["outcome"], "none of the 3 processes" in got["says"]) == ("refused", True)


def test_at_home_a_process_of_the_environment_has_to_be_signalled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = {"pid": os.getpid(), "started": processes._started(os.getpid())}
    monkeypatch.setattr(processes, "subprocess", FakeChild)
    monkeypatch.setattr(processes, "_others", lambda *, every: [me])
    assert "saw 1 of its environment, could signal 1" in processes.own({"all": True})["says"]
    monkeypatch.setattr(processes, "_others", lambda *, every: [])
    assert processes.own({"all": True})["outcome"] == "failed"
    assert processes.own({})["outcome"] == "done"


class FakeChild:
    """Stands in for the module that starts a child: this very process is one to knock on."""

    PIPE = -1

    def __init__(self, *_: object, **__: object) -> None:
        self.pid = os.getpid()

    Popen = classmethod(lambda cls, *a, **k: cls())

    def __enter__(self) -> FakeChild:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_a_name_counts_when_it_leads_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("1.1", 0))])
    assert network.resolve({"name": "db", "addresses": ["1.1"]})["outcome"] == "done"
    assert network.resolve({"name": "db", "addresses": ["2.2"]})["outcome"] == "refused"

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(network.socket, "getaddrinfo", unknown)
    said = network.resolve({"name": "db", "addresses": ["2.2"]})
    assert said == {"outcome": "refused", "says": "Name or service not known"}
