"""What `up` says of data that lose their users, and what shared servers are said to save."""

from __future__ import annotations

import pytest

from partywall.model.app import Role
from partywall.model.world import Instance, KeySpace, Volume, World
from partywall.planning.diff import plan
from partywall.workflows import fate
from partywall.workflows.savings import saved

WEB = Instance(key="dev/web", service="web", role=Role.WEB)
FILES = Volume(key="dev/volume/files", name="files")
OLD = Volume(key="dev/volume/old", name="old", external=True)


def said(wanted: list, seen: list, *stopped: str) -> list[str]:
    there = World.of(seen)
    return list(fate.notes(plan(World.of(wanted), there), there, stopped))


def test_data_of_who_stands_no_longer_are_said_to_stay():
    assert said([FILES], [WEB, FILES], "dev") == [
        (
            "dev stands no longer; its data are kept, and `partywall destroy dev` moves them "
            "to the trash"
        )
    ]
    assert said([FILES], [FILES], "dev") == []
    assert said([FILES], [WEB, FILES]) == []
    assert said([], [WEB], "dev") == []


def test_data_that_go_are_named_but_for_those_of_before():
    [one] = said([WEB], [WEB, FILES, OLD])
    assert one.startswith("the data in dev/volume/files go to the trash")
    assert said([WEB], [WEB, OLD]) == []


def space(environment: str, server: str = "shared/cache") -> KeySpace:
    return KeySpace(key=f"{environment}/keyspace/cache", server=server, user=environment)


def web(environment: str) -> Instance:
    return Instance(key=f"{environment}/web", service="web", role=Role.WEB)


@pytest.mark.parametrize(
    ("things", "bytes_"),
    [
        ([web("prod"), web("dev"), space("prod"), space("dev")], 4),
        ([web("prod"), web("dev"), web("x"), space("prod"), space("dev"), space("x")], 8),
        ([web("prod"), space("prod"), space("dev")], 0),
        ([web("prod"), web("dev"), space("prod", "a/b"), space("dev", "a/b")], 0),
        ([space("prod"), space("dev")], 0),
    ],
)
def test_a_shared_server_saves_one_for_each_further_environment_that_stands(things, bytes_):
    assert saved(World.of(things), {"shared/cache": 4, "a/b": 4}) == bytes_
    assert saved(World.of(things), {"shared/cache": None}) == 0
