"""A part of a plan keeps its order and waits for nothing that is left out."""

from __future__ import annotations

from partywall.model.app import Role
from partywall.model.world import Instance, Need, Network, World
from partywall.planning.diff import plan
from partywall.planning.part import only

BACK = Network(key="dev/network/back", name="app-dev_back")
WEB = Instance(key="dev/web", service="web", role=Role.WEB, needs=(Need(BACK.key),))


def test_only_what_is_made_of_these_kinds() -> None:
    whole = plan(World.of([WEB, BACK]), World({}), "dev")
    part = only(whole, (Network,))
    assert [step.key for step in part.steps] == [BACK.key]
    assert set(part.waits) <= {BACK.key}
    assert part.scope == "dev"
    web = only(whole, (Instance,))
    assert [step.key for step in web.steps] == [WEB.key]
    assert not any(web.waits.values())


def test_what_is_removed_is_no_part() -> None:
    assert not only(plan(World({}), World.of([WEB, BACK]), "dev"), (Network,))
