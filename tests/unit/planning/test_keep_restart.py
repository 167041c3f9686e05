"""`down`, `destroy` and `restart` as worlds and plans."""

import msgspec
import pytest

from fakes.worlds import instance, sharing, two, volume
from partywall.model.errors import BadInput
from partywall.model.plan import Action
from partywall.model.world import Job, World
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep
from partywall.planning.restart import restart


def test_down_keeps_what_holds_data():
    kept = keep(two(), "dev")
    assert {key for key in kept.entries if key.startswith("dev/")} == {
        "dev/volume/data",
        "dev/database/app",
    }
    assert {k: e for k, e in kept.entries.items() if not k.startswith("dev/")} == {
        k: e for k, e in two().entries.items() if not k.startswith("dev/")
    }


def test_down_of_everything_stops_what_is_shared_too():
    assert set(keep(sharing()).entries) == {
        "shared/volume/data",
        "dev/database/app",
        "prod/database/app",
    }


def test_down_twice_says_no_changes():
    down = World(
        {
            k: msgspec.structs.replace(e, running=False)
            for k, e in keep(two(), "dev").entries.items()
        }
    )
    assert not plan(keep(down, "dev"), down, "dev")


def test_down_remembers_that_data_were_filled():
    jobs = [
        Job(key="dev/job/seed", instance=instance("dev/job/seed"), once_per="data"),
        Job(key="dev/job/migrate", instance=instance("dev/job/migrate")),
    ]
    assert set(keep(World.of(jobs)).entries) == {"dev/job/seed"}
    assert not destroy(World.of(jobs)).entries


def test_destroy_wants_nothing():
    assert set(destroy(two()).entries) == set()
    assert destroy(two(), "dev").environments() == {"prod", "machine"}


def test_both_know_what_is_unknown():
    seen = World(two().entries, {"dev/x": "silent"})
    assert keep(seen).unknown == destroy(seen, "dev").unknown == {"dev/x": "silent"}


def test_a_restart_goes_by_needs():
    planned = restart(two(), ["dev/web", "dev/db", "dev/web"], "dev")
    assert str(planned).splitlines() == [
        "restart dev/db: asked for",
        "restart dev/web: asked for",
    ]
    assert planned.waits == {"dev/web": ("dev/db",)}
    assert planned.scope == "dev"


def test_a_restart_ends_well():
    entry = msgspec.structs.replace(two().entries["dev/web"], running=False, faults=("x",))
    step = restart(World({"dev/web": entry}), ["dev/web"]).steps[0]
    assert step.action is Action.RESTART
    assert step.before == entry
    assert step.after == two().entries["dev/web"]


def test_only_services_that_are_there_restart():
    with pytest.raises(BadInput, match="there is no dev/ghost"):
        restart(two(), ["dev/ghost"])
    with pytest.raises(BadInput, match="not a service"):
        restart(World.of([volume("dev/volume/x")]), ["dev/volume/x"])
