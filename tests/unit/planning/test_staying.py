"""Data are never left behind because an option changed."""

from __future__ import annotations

import pytest

from partywall.model.errors import Refused
from partywall.model.world import Database, KeySpace, Volume, World
from partywall.planning import staying


def volumes(*keys: str) -> World:
    return World.of(Volume(key=key, name=key.replace("/", "-")) for key in keys)


def databases(kind: str) -> World:
    schema = "prod" if kind == "schema" else ""
    server = "prod/db" if kind == "server" else "shared/db"
    thing = Database(
        key="prod/database/db", server=server, name=f"a_{kind}", owner="a", kind=kind, schema=schema
    )
    return World.of([thing])


@pytest.mark.parametrize("scope", [None, "prod"])
@pytest.mark.parametrize(
    ("there", "wanted"),
    [("prod/volume/data", "shared/volume/data"), ("shared/volume/data", "prod/volume/data")],
)
def test_data_that_would_start_empty_elsewhere_are_refused(there, wanted, scope):
    with pytest.raises(Refused, match=f"data in {there} would be left behind: {wanted}"):
        staying.check(volumes(wanted), volumes(there), scope)


@pytest.mark.parametrize(
    ("desired", "observed"),
    [
        (volumes("shared/volume/data"), volumes()),
        (volumes("shared/volume/data"), volumes("shared/volume/data")),
        (volumes("shared/volume/data", "dev/volume/data"), volumes("shared/volume/data")),
        (volumes("shared/volume/other"), volumes("prod/volume/data")),
        (volumes("dev/volume/data"), volumes("prod/volume/data")),
        (databases("server"), databases("server")),
        (volumes(), databases("schema")),
        (volumes(), volumes("prod/volume/data")),
        (
            World.of([KeySpace(key="shared/volume/data", server="shared/x", user="u")]),
            volumes("prod/volume/data"),
        ),
    ],
)
def test_what_stays_where_it_is_or_is_nowhere_is_no_move(desired, observed):
    staying.check(desired, observed)


def test_a_database_that_would_be_kept_in_another_way_is_refused_though_its_volume_stays():
    with pytest.raises(Refused) as error:
        staying.check(databases("schema"), databases("database"))
    assert "prod/database/db (database a_database on shared/db)" in error.value.what
    assert "the schema prod of the database a_schema on shared/db is wanted" in error.value.what
    staying.check(databases("schema"), databases("database"), "dev")


def test_data_are_left_behind_too_where_others_have_made_the_shared_server_already():
    there = volumes("shared/volume/data", "dev/volume/data")
    with pytest.raises(Refused, match="data in dev/volume/data would be left behind"):
        staying.check(volumes("shared/volume/data"), there)


def test_another_environments_data_are_no_matter_of_this_one():
    staying.check(volumes("shared/volume/data"), volumes("prod/volume/data"), "dev")
