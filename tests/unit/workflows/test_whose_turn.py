"""What does not stand by choice is not brought up alone, and others' things take no turns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from partywall.execution import turn
from partywall.model.choices import Presence
from partywall.model.errors import BadInput, Place, Refused
from partywall.workflows import switch, turns
from partywall.workflows.switch import Goal


def project(presence: Presence, **more: Any) -> Any:
    known: dict[str, Any] = {
        "choices": SimpleNamespace(presence=presence),
        "asleep": () if presence is Presence.TOGETHER else ("dev",),
        "attachments": {},
        "on": "prod",
        "environment": lambda name: name,
        "settings": SimpleNamespace(where=lambda *keys: Place(f"partywall.yaml: {keys[0]}", 1)),
    }
    return SimpleNamespace(**(known | more))


@pytest.mark.parametrize("presence", [Presence.SWITCHED, Presence.SINGLE, Presence.ON_DEMAND])
def test_only_who_stands_is_brought_up(presence):
    turns.check(project(presence), "prod")
    turns.check(project(presence), None)
    with pytest.raises(Refused) as error:
        turns.check(project(presence), "dev")
    switched = presence is Presence.SWITCHED
    assert ("partywall switch dev" in error.value.remedy) is switched
    assert switched or f"`presence: {presence.value}`" in error.value.what


def test_what_partywall_does_not_stop_takes_no_turns():
    attached = {"attachments": {"prod": "shop"}}
    turns.check(project(Presence.TOGETHER, **attached), None)
    with pytest.raises(Refused, match="attached to the Compose project shop") as error:
        turns.check(project(Presence.SWITCHED, **attached), None)
    assert error.value.where == Place("partywall.yaml: environments", 1)
    assert "partywall take-over prod" in error.value.remedy


def test_only_environments_that_take_turns_can_be_switched():
    wanted = switch.goal(project(Presence.SWITCHED), "dev")
    assert wanted == Goal(verb="up", to="dev", former="prod")
    for presence in (Presence.TOGETHER, Presence.SINGLE):
        with pytest.raises(BadInput, match=f"`presence: {presence.value}`"):
            switch.goal(project(presence), "dev")


@pytest.mark.parametrize(("scope", "left"), [("dev", ""), (None, ""), ("prod", "dev")])
def test_the_turn_of_one_that_was_destroyed_is_over(tmp_path, scope, left):
    turn.write(tmp_path, "dev")
    turns.end(project(Presence.SWITCHED, home=tmp_path), scope)
    assert turn.read(tmp_path) == left
