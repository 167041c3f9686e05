"""Places with data are counted by who uses them, from a world."""

from __future__ import annotations

import pytest

from architectures import plans
from partywall.model.app import Mount, Role
from partywall.model.world import Database, Instance, Volume, World
from partywall.proof.matrix.stores import Stores, stores


def world(*things: object) -> World:
    return World.of(things)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["dual", "ports", "branches", "limits"])
def test_where_all_is_doubled_each_has_as_many_of_its_own(name):
    found = stores(plans.worlds()[name])
    assert set(found.own_stores) == {"prod", "dev"}
    assert found.own_stores["prod"] == found.own_stores["dev"] > 3
    assert found.common_stores == 0
    assert not found.one_database


def test_what_is_shared_is_not_anybody_s_own():
    shared, schemas = (stores(plans.worlds()[name]) for name in ("shared", "schemas"))
    assert shared.common_stores > 0
    assert shared.own_stores["dev"] > 0
    assert not shared.one_database
    assert schemas.one_database
    assert schemas.common_stores > shared.common_stores
    assert not schemas.own_stores


def test_a_volume_that_two_environments_mount_is_common_wherever_it_belongs():
    volume = Volume(key="prod/volume/vault", name="vault")
    mount = Mount(kind="volume", source=volume.key, target="/vault", read_only=True)
    web = Instance(key="dev/web", service="web", role=Role.WEB, mounts=(mount,))
    assert stores(world(volume)) == Stores(
        own_stores={"prod": 1}, common_stores=0, one_database=False
    )
    assert stores(world(volume, web)) == Stores(own_stores={}, common_stores=1, one_database=False)


def test_a_schema_alone_in_its_database_shares_no_rows():
    server = Instance(key="shared/db", service="db", role=Role.DATABASE)
    mine = Database(key="prod/database/db", server="shared/db", name="club", owner="a", schema="a")
    theirs = Database(key="dev/database/db", server="shared/db", name="club", owner="b", schema="b")
    assert not stores(world(server, mine)).one_database
    assert stores(world(server, mine, theirs)).one_database


def test_the_edge_keeps_no_data_of_environments():
    edge = Volume(key="machine/volume/edge", name="edge")
    assert stores(world(edge)) == Stores(own_stores={}, common_stores=0, one_database=False)
