"""The file of definitions: changed, bad, gone and back."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path

import pytest

from partywall.flags.service.watching import Watching

GOOD = {"flags": {"x": {"state": "ENABLED", "variants": {"on": True}, "defaultVariant": "on"}}}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "flags.json"


def put(place: Path, content: object) -> None:
    draft = place.with_suffix(".new")
    draft.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    draft.replace(place)


def look(watching: Watching, times: int = 1) -> Watching:
    for _ in range(times):
        asyncio.run(watching.look())
    return watching


def test_nothing_is_in_force_until_there_is_a_file(place: Path) -> None:
    watching = look(Watching(place))
    assert (len(watching.flags), watching.since) == (0, "")
    assert watching.trouble == "flags.json: cannot be read: No such file or directory"
    put(place, GOOD)
    assert len(look(watching).flags) == 1
    assert watching.since
    assert not watching.trouble


@pytest.mark.parametrize("content", [b"{", {"flags": 1}, {"flags": {"x": {}}}, b" " * (5 << 20)])
def test_a_bad_one_leaves_the_last_good_in_force_and_is_said_once(
    place: Path, caplog: pytest.LogCaptureFixture, content: object
) -> None:
    put(place, GOOD)
    watching = look(Watching(place))
    flags, since = watching.flags, watching.since
    put(place, content)
    with caplog.at_level(logging.ERROR, "flags"):
        look(watching, 3)
        put(place, content)
        look(watching, 3)
    assert (watching.flags, watching.since) == (flags, since)
    assert watching.trouble.startswith("flags.json: ")
    assert len(caplog.records) == 1
    put(place, GOOD)
    assert not look(watching).trouble


def test_what_is_no_file_or_gone_is_looked_for_again(place: Path) -> None:
    put(place, GOOD)
    watching = look(Watching(place))
    place.unlink()
    os.mkfifo(place)
    assert "not a file" in look(watching).trouble
    place.unlink()
    place.symlink_to(place)
    assert "cannot be read" in look(watching).trouble
    place.unlink()
    assert "No such file" in look(watching).trouble
    put(place, GOOD)
    assert not look(watching).trouble
    assert len(watching.flags) == 1


def test_the_same_file_is_read_once(place: Path) -> None:
    put(place, GOOD)
    watching = look(Watching(place))
    flags = watching.flags
    assert look(watching, 3).flags is flags
    put(place, GOOD)
    assert look(watching).flags is not flags
