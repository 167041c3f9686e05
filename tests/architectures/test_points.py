"""Names of architectures, alone and beside each other."""

import pytest

from partywall import catalog
from partywall.compose.wanted import by_port
from partywall.model.choices import CacheWall, Choices, Flags, LimitsBy, Presence, RouteBy
from partywall.model.errors import BadInput


def test_alone_they_are_what_their_pages_say():
    assert catalog.choices(["profiles"]) == Choices(presence=Presence.SWITCHED)
    assert catalog.choices(["snapshots"]) == Choices(presence=Presence.ON_DEMAND)
    assert catalog.choices(["hybrid"]) == Choices(limits=LimitsBy.BUDGET, flags=Flags.ON)
    flags = catalog.choices(["flags"])
    assert (flags.presence, flags.cache, flags.flags) == (
        Presence.SINGLE,
        CacheWall.COMMON,
        Flags.ON,
    )


def test_beside_another_one_snapshots_and_flags_only_add_what_they_are():
    assert catalog.choices(["dual", "flags"]) == Choices(flags=Flags.ON)
    assert catalog.choices(["flags", "dual"]) == Choices(flags=Flags.ON)
    assert catalog.choices(["dual", "snapshots", "limits"]) == Choices(limits=LimitsBy.BUDGET)
    both = catalog.choices(["snapshots", "flags"])
    assert both == Choices(presence=Presence.ON_DEMAND, flags=Flags.ON)


def test_two_that_say_how_environments_stand_exclude_each_other():
    with pytest.raises(BadInput, match="dual and profiles cannot be combined") as error:
        catalog.choices(["dual", "profiles", "flags"])
    assert {"flags", "limits", "snapshots"} <= {*error.value.remedy.replace(",", " ").split()}


@pytest.mark.parametrize("name", catalog.presets())
def test_the_settings_know_where_ports_tell_environments_apart(name):
    apart = catalog.choices([name]).route is RouteBy.PORT
    assert by_port([name], {}) is apart, f"put {name} into, or out of, BY_PORT of compose/wanted.py"
