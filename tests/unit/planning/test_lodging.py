"""Who lives in the network of another service follows it into its next container."""

from __future__ import annotations

import msgspec
import pytest

from partywall.model.app import Role
from partywall.model.plan import Action
from partywall.model.world import Entry, Instance, Need, Volume, World, fingerprint
from partywall.planning.diff import plan
from partywall.planning.lodging import hosts
from partywall.planning.restart import restart

WEB = Instance(key="dev/web", service="web", role=Role.WEB, image="web:1")
SIDE = Instance(
    key="dev/side",
    needs=(Need("dev/web"),),
    service="side",
    role=Role.APP,
    definition={"network_mode": "service:web"},
)
INNER = Instance(
    key="dev/inner", service="inner", role=Role.APP, definition={"pid": "service:side"}
)
DATA = Volume(key="dev/volume/data", name="data")


def world(*things, **changes) -> World:
    return World(
        {
            one.key: msgspec.structs.replace(
                Entry(thing=one, fingerprint=fingerprint(one)), **changes.get(one.key[4:], {})
            )
            for one in things
        }
    )


def steps(found):
    return {step.key: (step.action, step.why) for step in found.steps}


def test_it_is_made_anew_after_its_host():
    after = msgspec.structs.replace(WEB, image="web:2")
    found = plan(world(after, SIDE, DATA), world(WEB, SIDE, DATA))
    assert [step.key for step in found.steps] == ["dev/web", "dev/side"]
    assert steps(found)["dev/side"] == (Action.CHANGE, "it lives with dev/web")


@pytest.mark.parametrize("faults", [("unhealthy",), ()])
def test_it_follows_one_that_is_made_again(faults):
    seen = world(WEB, SIDE, web={"faults": faults}) if faults else world(SIDE)
    assert steps(plan(world(WEB, SIDE), seen))["dev/side"][0] is Action.CHANGE


def test_it_is_left_alone_when_nothing_happens_or_it_does_not_run():
    assert not plan(world(WEB, SIDE), world(WEB, SIDE))
    after = msgspec.structs.replace(WEB, image="web:2")
    found = plan(world(after, SIDE), world(WEB, SIDE, side={"running": False}))
    assert steps(found)["dev/side"][0] is Action.START


def test_a_restart_takes_it_along():
    found = restart(world(WEB, SIDE, DATA), ["dev/web"])
    assert steps(found) == {
        "dev/web": (Action.RESTART, "asked for"),
        "dev/side": (Action.RESTART, "it lives with dev/web"),
    }
    assert set(steps(restart(world(WEB, SIDE), ["dev/side"]))) == {"dev/side"}


def test_spaces_other_than_the_network_count_too():
    assert hosts(INNER) == {"side"}
    assert hosts(msgspec.structs.replace(INNER, definition={"pid": "host"})) == set()
