"""What is said of environments that are never made, and of words that do nothing yet."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from partywall.model.choices import Flags, Presence
from partywall.workflows import standing

NOWHERE = Path("/nowhere")


def project(presence: Presence, flags: Flags = Flags.OFF, *names: str) -> Any:
    return SimpleNamespace(
        choices=SimpleNamespace(presence=presence, flags=flags),
        folder=NOWHERE,
        asleep=() if presence is Presence.TOGETHER else ("dev",),
        settings=SimpleNamespace(architecture=names),
    )


@pytest.mark.parametrize(
    ("presence", "left_out", "way_up"),
    [
        (Presence.TOGETHER, (), "`partywall up dev` first"),
        (Presence.SWITCHED, (), "`partywall switch dev` first"),
        (Presence.SINGLE, ("dev",), "with `presence: single` it does not"),
        (Presence.ON_DEMAND, ("dev",), "with `presence: on-demand` it does not"),
    ],
)
def test_only_what_can_be_brought_up_is_offered(presence, left_out, way_up):
    assert standing.left_out(project(presence)) == left_out
    assert way_up in standing.way_up(project(presence), "dev")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (project(Presence.TOGETHER), []),
        (project(Presence.SWITCHED), []),
        (project(Presence.TOGETHER, Flags.ON, "hybrid"), ["no flag is defined yet"]),
        (project(Presence.TOGETHER, Flags.OFF, "dual", "snapshots"), []),
        (project(Presence.ON_DEMAND), []),
        (project(Presence.SINGLE, Flags.ON), ["no flag is defined yet"]),
    ],
)
def test_a_plan_says_what_is_not_there_yet(one, words):
    said = list(standing.notes(one))
    assert len(said) == len(words)
    assert all(word in line for word, line in zip(words, said, strict=True))


@pytest.mark.parametrize(
    ("presence", "name", "attach", "there"),
    [
        (Presence.SWITCHED, "dev", None, True),
        (Presence.TOGETHER, "dev", None, True),
        (Presence.SINGLE, "dev", None, False),
        (Presence.SINGLE, "prod", None, True),
        (Presence.TOGETHER, "prod", "theirs", False),
    ],
)
def test_who_stands_no_longer_has_no_address_and_who_sleeps_has_one(presence, name, attach, there):
    said: Any = SimpleNamespace(name=name, attach=attach)
    assert standing.answers(project(presence), said) is there
