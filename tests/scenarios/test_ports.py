"""Two projects on one machine never answer on one port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scenarios.installation import APPS, SECONDS, Installation

pytestmark = pytest.mark.scenario

EDGE = {"tls": "off"}


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Installation]]:
    """Two projects whose settings name no port."""
    monkeypatch.setenv("PARTYWALL_COMMONS", str(tmp_path / "commons"))
    only = {"environments": {"prod": {}}, "edge": EDGE}
    made = [Installation(APPS / "tiny", tmp_path / name, only) for name in ("one", "two")]
    yield made
    for each in made:
        each.close()


def ports(one: Installation) -> set[int]:
    return set(json.loads((one.home / "edge" / "ports.json").read_text()).values())


def say(one: Installation, **edge: object) -> None:
    path = one.folder / "partywall.yaml"
    said = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**said, "edge": {**EDGE, **edge}}))


def test_two_that_come_up_at_one_moment_answer_on_ports_of_their_own(pair):
    under_way = [
        subprocess.Popen(one.command("up", "--yes"), stderr=subprocess.PIPE) for one in pair
    ]
    for each in under_way:
        _, err = each.communicate(timeout=SECONDS)
        assert each.returncode == 0, err.decode()
    assert not ports(pair[0]) & ports(pair[1])
    for one in pair:
        assert one.document("plan")["changes"] == 0
        assert [
            f for f in one.document("doctor", code=None)["findings"] if "more than" in str(f)
        ] == []


def test_a_port_that_another_project_has_is_refused_with_its_folder(pair):
    one, two = pair
    one.call("up", "--yes")
    port = json.loads((one.home / "edge" / "ports.json").read_text())["http"]
    say(two, http=port)
    said = two.call("up", "--yes", code=None)
    assert said.code
    assert f"port {port} belongs to the project in {one.folder}" in " ".join(said.err.split())
    assert "partywall.yaml" in said.err
    assert two.left() == []


def test_a_project_that_was_destroyed_gives_its_ports_away(pair):
    one, two = pair
    one.call("up", "--yes")
    had = ports(one)
    one.call("destroy", "--all", "--yes")
    two.call("up", "--yes")
    assert ports(two) == had
    one.call("up", "--yes")
    assert not ports(one) & ports(two)


def test_reading_claims_nothing(pair):
    one = pair[0]
    one.call("plan")
    one.call("up", "--dry-run")
    assert not Path(os.environ["PARTYWALL_COMMONS"]).exists()


def test_doctor_finds_who_else_listens(pair):
    one = pair[0]
    one.call("up", "--yes")
    port = json.loads((one.home / "edge" / "ports.json").read_text())["http"]
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        found = one.document("doctor", code=None)["findings"]
    mine = [f for f in found if f"more than one program listens on port {port}" in str(f)]
    assert mine
    assert str(os.getpid()) in str(mine)


def test_a_remembered_port_that_somebody_took_is_no_line_of_the_settings(pair):
    one = pair[0]
    one.call("up", "--yes")
    port = json.loads((one.home / "edge" / "ports.json").read_text())["http"]
    one.call("destroy", "--all", "--yes")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        said = one.call("up", "--yes", code=5)
    words = " ".join(said.err.split())
    assert f"port {port} is taken by another program" in words
    assert "partywall.yaml:" not in words
    assert "\n  at: " not in said.err
    assert "it was remembered" in words
