"""What a plan holds for two worlds."""

import msgspec
import pytest

from fakes.worlds import environment, instance, sharing, two, volume
from partywall.model.errors import BadInput
from partywall.model.world import Job, World
from partywall.planning.diff import plan


def with_entry(world: World, key: str, **fields) -> World:
    """The same world with one entry in another state."""
    entry = msgspec.structs.replace(world.entries[key], **fields)
    return World({**world.entries, key: entry}, world.unknown)


def test_a_new_installation_in_an_order_that_works():
    assert str(plan(two(), World())).splitlines() == [
        "create dev/network/in: new",
        "create dev/volume/data: new",
        "create dev/db: new",
        "create dev/database/app: new",
        "create dev/web: new",
        "create machine/edge: new",
        "create dev/route/web: new",
        "create prod/network/in: new",
        "create prod/volume/data: new",
        "create prod/db: new",
        "create prod/database/app: new",
        "create prod/web: new",
        "create prod/route/web: new",
    ]


def test_nothing_to_do():
    assert str(plan(two(), two())) == "no changes"


def test_something_gone_is_made_again():
    seen = World({k: e for k, e in two().entries.items() if k != "dev/web"})
    assert str(plan(two(), seen)) == "create dev/web: not there"


def test_another_image():
    assert str(plan(two("app:2"), two())) == "change dev/web: image app:1 → app:2"


def test_what_stands_still_is_started():
    assert str(plan(two(), with_entry(two(), "dev/web", running=False))) == (
        "start dev/web: not running"
    )
    seen = with_entry(two(), "dev/web", running=False, faults=("exit code 1",))
    assert str(plan(two(), seen)) == "start dev/web: not running: exit code 1"


def test_faults_are_repaired():
    seen = with_entry(two(), "dev/web", faults=("unhealthy", "no network"))
    assert str(plan(two(), seen)) == "repair dev/web: unhealthy; no network"


def test_what_is_not_healthy_yet_is_waited_for():
    seen = with_entry(two(), "dev/db", starting=True)
    planned = plan(two(), seen)
    assert str(planned) == "start dev/db: not healthy yet"
    assert planned.steps[0].only_waits
    assert planned.steps[0].after == two().entries["dev/db"]
    assert not plan(seen, seen)
    assert not plan(two(), with_entry(two(), "dev/db", starting=False))


def test_what_needs_it_waits_for_it_through_things_that_stand():
    whole = with_entry(two(), "dev/db", starting=True)
    seen = World({k: e for k, e in whole.entries.items() if k != "dev/web"})
    planned = plan(two(), seen)
    assert str(planned).splitlines() == [
        "start dev/db: not healthy yet",
        "create dev/web: not there",
    ]
    assert planned.waits["dev/web"] == ("dev/db",)


def test_what_stands_still_does_more_than_wait():
    (step,) = plan(two(), with_entry(two(), "dev/db", running=False)).steps
    assert not step.only_waits


def test_a_fault_that_is_wanted_as_it_is_stays():
    faulty = with_entry(two(), "dev/web", faults=("unhealthy",), running=False)
    assert not plan(faulty, faulty)


def test_what_is_not_wanted_goes_in_the_opposite_order():
    wanted = World.of([*environment("prod"), two().entries["machine/edge"].thing])
    assert str(plan(wanted, two())).splitlines() == [
        "remove dev/route/web: no longer wanted",
        "remove dev/web: no longer wanted",
        "remove dev/database/app: no longer wanted",
        "remove dev/db: no longer wanted",
        "remove dev/network/in: no longer wanted",
        "remove dev/volume/data: no longer wanted",
    ]


def test_the_unknown_is_neither_made_nor_removed():
    nothing = World({}, {"dev/": "the engine does not answer", "prod/web": "silent"})
    planned = plan(two(), nothing)
    assert not [step for step in planned.steps if step.environment == "dev"]
    assert "prod/web" not in {step.key for step in planned.steps}
    assert planned.notes == (
        "dev could not be observed (the engine does not answer): left as it is",
        "prod/web could not be observed (silent): left as it is",
    )
    assert not plan(World(), World(two().entries, {f"{e}/": "x" for e in two().environments()}))


def test_notes_are_about_the_scope():
    nothing = World({}, {"dev/": "x", "prod/": "x", "machine/edge": "y"})
    assert [note.split()[0] for note in plan(two(), nothing, "dev").notes] == [
        "dev",
        "machine/edge",
    ]


@pytest.mark.parametrize("old", ["0:feedbeef", "1:feedbeef", ""])
def test_an_older_fingerprint_of_the_same_thing_is_no_difference(old):
    assert not plan(two(), with_entry(two(), "dev/web", fingerprint=old))


def test_a_thing_written_down_differently_but_meaning_the_same_is_no_difference():
    wanted = World.of([instance("dev/web", build={"args": ["a"]})])
    seen = with_entry(
        World.of([instance("dev/web", build={"args": ("a",)})]), "dev/web", fingerprint="0:old"
    )
    assert wanted.entries["dev/web"].thing != seen.entries["dev/web"].thing
    assert not plan(wanted, seen)


def test_a_recorded_fingerprint_that_agrees_is_enough():
    agreeing = with_entry(two(), "dev/web", thing=instance("dev/web", image="what was seen"))
    assert not plan(two(), agreeing)


@pytest.mark.parametrize("scope", ["shared", "machine", "edge", "all"])
def test_a_reserved_name_is_no_scope(scope):
    with pytest.raises(BadInput, match="not an environment"):
        plan(two(), two(), scope)


def test_another_kind_of_thing_under_the_same_key():
    seen = World.of([instance("dev/volume/data")])
    wanted = World.of([volume("dev/volume/data")])
    assert str(plan(wanted, seen)) == "change dev/volume/data: instance → volume"


def test_everything_shared_is_as_given_without_a_scope():
    assert str(plan(World.of(environment("prod")), two())).splitlines()[-1].startswith("remove")
    assert "remove shared/db: no longer wanted" in str(plan(World(), sharing()))


@pytest.mark.parametrize(
    ("once_per", "says"),
    [("data", "no changes"), ("definition", "change dev/job/seed: image app:1 → app:2")],
)
def test_a_job_that_fills_data_is_not_run_again_when_it_changes(once_per, says):
    def world(image: str) -> World:
        inner = instance("dev/job/seed", image=image)
        return World.of([Job(key="dev/job/seed", instance=inner, once_per=once_per)])

    assert str(plan(world("app:2"), world("app:1"))) == says
