"""Data are never left behind because an option changed."""

from __future__ import annotations

import pytest

from partywall.model.errors import Refused
from partywall.model.world import KeySpace, Volume, World
from partywall.planning import staying


def volumes(*keys: str) -> World:
    return World.of(Volume(key=key, name=key.replace("/", "-")) for key in keys)


@pytest.mark.parametrize("scope", [None, "prod"])
@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ("prod/volume/data", "shared/volume/data"),
        ("shared/volume/data", "prod/volume/data"),
        ("prod/volume/data", "prod/filespace/data"),
        ("prod/filespace/data", "prod/volume/data"),
    ],
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
        (volumes(), volumes("prod/volume/data")),
        (
            World.of([KeySpace(key="shared/volume/data", server="shared/x", user="u")]),
            volumes("prod/volume/data"),
        ),
    ],
)
def test_what_stays_where_it_is_or_is_nowhere_is_no_move(desired, observed):
    staying.check(desired, observed)


def test_another_environments_data_are_no_matter_of_this_one():
    staying.check(volumes("shared/volume/data"), volumes("prod/volume/data"), "dev")
