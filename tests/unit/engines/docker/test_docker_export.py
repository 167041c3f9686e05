"""The page beside the units: in which order they start, and what is done by hand."""

from __future__ import annotations

from pathlib import Path

from partywall.engines.docker.export import page, shared_ways, turns_page, ways
from partywall.engines.docker.units import Unit
from partywall.model.app import Role
from partywall.model.world import Database, Instance, KeySpace, Need, Network, Route, World

UNITS = [
    Unit(project=f"app-{name}", folder=Path("/srv") / name) for name in ("shared", "prod", "edge")
]


def test_units_start_in_the_order_that_works() -> None:
    text = page(UNITS, [])
    starts = [line for line in text.splitlines() if line.endswith("&& docker compose up -d")]
    assert [line.split()[1] for line in starts] == ["/srv/shared", "/srv/prod", "/srv/edge"]
    assert "--profile" not in text


def test_data_are_filled_once_and_by_hand() -> None:
    text = page(UNITS, {"app-prod"})
    assert text.count("docker compose --profile seed up -d") == 1
    assert "cd /srv/prod && docker compose --profile seed up -d" in text


def test_the_edge_meets_what_has_an_address_in_its_first_network() -> None:
    nets = [Network(key=f"dev/network/{name}", name=f"app-dev_{name}") for name in ("b", "a", "c")]
    needs = tuple(Need(one.key) for one in nets[:2])
    web = Instance(key="dev/web", service="web", role=Role.WEB, needs=needs)
    hosted = Instance(key="dev/hosted", service="hosted", role=Role.WEB)
    routes = [
        Route(key=f"dev/route/{name}", host=name, port=0, instance=f"dev/{name}", target=80)
        for name in ("web", "hosted", "absent")
    ]
    assert ways(World.of([*nets, web, hosted, *routes])) == {"app-dev_a"}


def test_what_all_share_comes_first_where_environments_take_turns() -> None:
    """And is found in the networks of those who are in the file, and of no others."""
    parts = [
        KeySpace(
            key=f"{name}/keyspace/cache",
            needs=(Need("shared/cache"), Need(f"{name}/network/{net}")),
            server="shared/cache",
            user=name,
        )
        for name, net in (("prod", "front"), ("dev", "back"), ("other", "back"))
    ]
    own = Database(key="dev/database/db", server="dev/db", name="db", owner="db")
    assert shared_ways(World.of([*parts, own]), ["prod", "dev"]) == {
        "cache": ["dev/network/back", "prod/network/front"]
    }
    unit = Unit(project="shop", folder=Path("/srv/all"))
    assert "up -d --wait" in turns_page(unit, ["prod"], shared=True)
    assert "--wait" not in turns_page(unit, ["prod"])
