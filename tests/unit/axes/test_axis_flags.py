"""What `flags: on` adds to an environment, and to which."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from architectures import plans
from partywall.axes.flags import COUNTS, PORT, SERVED, flagged
from partywall.axes.site import Site
from partywall.axes.world import desired
from partywall.model.app import Mount, Role
from partywall.model.choices import Flags, LimitsBy
from partywall.model.errors import BadInput
from partywall.model.world import Instance, Limit


def site(**options: Any) -> Site:
    return plans.site("dual", **{"flags": Flags.ON, **options})


def test_each_environment_has_a_service_that_writes_into_one_folder_alone() -> None:
    made = desired(site())
    for name in ("prod", "dev"):
        one = made.entries[f"{name}/flags"].thing
        assert isinstance(one, Instance)
        assert one.role is Role.FLAGS
        assert (one.ports, one.published) == ((PORT,), ())
        home = f".partywall/flags/{name}"
        assert set(one.mounts) == {
            Mount(kind="bind", source=f"./{home}/served", target=SERVED, read_only=True),
            Mount(kind="bind", source=f"./{home}/counts", target=COUNTS),
        }
        assert {need.key for need in one.needs} == {f"{name}/network/default"}
    assert not [key for key in made.entries if "route/flags" in key]


def test_another_version_of_what_answers_is_another_service() -> None:
    given = site()
    prod, dev = given.environments
    assert dev.flags is not None
    newer = msgspec.structs.replace(
        dev, flags=msgspec.structs.replace(dev.flags, version="2")
    )  # fmt: skip
    before = desired(given).entries
    after = desired(msgspec.structs.replace(given, environments=(prod, newer))).entries
    assert {key for key in before if before[key] != after[key]} == {"dev/flags"}


def test_it_has_a_portion_of_its_environments_budget() -> None:
    budget = desired(site(limits=LimitsBy.BUDGET)).entries["dev/limit/budget"].thing
    assert isinstance(budget, Limit)
    portion = budget.portion("dev/flags")
    assert portion is not None
    assert portion.memory_bytes >= 48 << 20


def test_where_flags_are_off_or_nowhere_there_is_none() -> None:
    off = site(flags=Flags.OFF)
    assert flagged(off) is off
    assert not [key for key in desired(off).entries if key.endswith("/flags")]
    given = site()
    bare = tuple(msgspec.structs.replace(one, flags=None) for one in given.environments)
    made = desired(msgspec.structs.replace(given, environments=bare))
    assert made.entries == desired(off).entries


def test_a_service_of_that_name_is_refused() -> None:
    given = site()
    prod, dev = given.environments
    services = {**dev.app.services, "flags": dev.app.services["web"]}
    taken = msgspec.structs.replace(dev, app=msgspec.structs.replace(dev.app, services=services))
    with pytest.raises(BadInput, match="has a service `flags`"):
        desired(msgspec.structs.replace(given, environments=(prod, taken)))
