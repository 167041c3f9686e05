"""What runs is in every network that it needs, or has a fault for each that it lost."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.engines.docker.joining import lodges_nowhere, with_networks
from partywall.model.app import Role
from partywall.model.world import Entry, Instance, Need

WEB = Entry(
    thing=Instance(
        key="dev/web",
        service="web",
        role=Role.WEB,
        needs=(Need("dev/db"), Need("dev/network/back"), Need("dev/network/front")),
    ),
    fingerprint="1:web",
    running=True,
)
PRESENT = {"dev/network/back": "b", "dev/network/front": "f"}


def inspected(*ids: str, mode: str = "shop-dev_back") -> dict[str, Any]:
    networks = {one: {"NetworkID": one} for one in ids}
    return {"HostConfig": {"NetworkMode": mode}, "NetworkSettings": {"Networks": networks}}


@pytest.mark.parametrize(
    ("ids", "present", "faults"),
    [
        (("b", "f"), PRESENT, ()),
        (("b",), PRESENT, ("it is in no network front",)),
        (("b", "old"), PRESENT, ("it is in no network front",)),
        (("f",), {"dev/network/front": "f"}, ("it is in no network back",)),
        ((), {}, ("it is in no network back", "it is in no network front")),
    ],
    ids=["in both", "taken out", "made anew", "removed", "all gone"],
)
def test_a_lost_network_is_a_fault(
    ids: tuple[str, ...], present: dict[str, str], faults: tuple[str, ...]
) -> None:
    assert with_networks(WEB, inspected(*ids), present).faults == faults


@pytest.mark.parametrize("mode", ["host", "none", "container:abc"])
def test_what_has_no_network_of_its_own_lost_none(mode: str) -> None:
    assert with_networks(WEB, inspected(mode=mode), PRESENT) == WEB


def test_what_does_not_run_joins_when_it_starts() -> None:
    stopped = Entry(thing=WEB.thing, fingerprint="1:web", running=False)
    assert with_networks(stopped, inspected(), PRESENT) == stopped


def test_who_lives_with_a_container_that_is_gone_is_known():
    one = {"State": {"Running": True}, "HostConfig": {"NetworkMode": "container:abc"}}
    assert lodges_nowhere(one, {"def"})
    assert not lodges_nowhere(one, {"abc"})
    assert not lodges_nowhere({**one, "HostConfig": {"NetworkMode": "bridge"}}, set())
    assert not lodges_nowhere({**one, "State": {}}, set())
