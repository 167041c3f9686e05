"""A seeder runs on fresh data alone, and on those until it got through."""

import msgspec
import pytest

from fakes.worlds import environment, instance, needs, server, volume
from partywall.model.world import Job, World
from partywall.planning import seeding
from partywall.planning.diff import plan
from partywall.planning.keep import keep

SEED = "dev/job/seed"


def seed(name: str = "dev", image: str = "app:1") -> Job:
    key = f"{name}/job/seed"
    need = needs(f"{name}/web")
    return Job(key=key, needs=need, instance=instance(key, image=image), once_per="data")


def seeded(*names: str) -> World:
    """Whole environments with their seeders."""
    return World.of([thing for name in names for thing in (*environment(name), seed(name))])


def without(world: World, *keys: str) -> World:
    return world.only({k: e for k, e in world.entries.items() if k not in keys})


def waiting(world: World) -> World:
    """The same with a seeder that did not get through."""
    entry = msgspec.structs.replace(world.entries[SEED], running=False)
    return World({**world.entries, SEED: entry}, world.unknown)


def test_fresh_data_are_seeded():
    planned = plan(seeded("dev"), World())
    assert f"create {SEED}: new" in str(planned)
    assert planned.notes == ()


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_data_that_stand_are_not_seeded(name):
    wanted = seeded(name)
    for seen in (without(wanted, f"{name}/job/seed"), World.of(environment(name))):
        planned = plan(wanted, keep(seen) if name == "prod" else seen, name)
        assert f"{name}/job/seed" not in {step.key for step in planned.steps}
        (note,) = planned.notes
        assert note == (
            f"seed: {name} has data already and is not seeded; "
            f"`partywall destroy {name}` gives it fresh data"
        )


@pytest.mark.parametrize("stands", ["dev/volume/data", "dev/database/app"])
def test_a_part_of_the_data_is_enough(stands):
    wanted = seeded("dev")
    seen = wanted.only({stands: wanted.entries[stands]})
    assert SEED not in {step.key for step in plan(wanted, seen).steps}


def test_the_data_of_another_environment_do_not_count():
    planned = plan(seeded("dev", "prod"), without(seeded("prod"), "prod/job/seed"))
    steps = {step.key for step in planned.steps}
    assert SEED in steps
    assert "prod/job/seed" not in steps
    assert [note.split()[1] for note in planned.notes] == ["prod"]


def test_without_data_nothing_can_be_fresh():
    planned = plan(World.of([instance("dev/web"), seed()]), World())
    assert [step.key for step in planned.steps] == ["dev/web"]
    assert planned.notes == ("seed: dev keeps no data that could be fresh: it is not seeded",)


def test_data_that_cannot_be_seen_are_not_seeded():
    planned = plan(seeded("dev"), World({}, {"dev/volume/data": "no answer"}))
    assert SEED not in {step.key for step in planned.steps}
    assert planned.notes[-1] == (
        "seed: whether dev has data could not be observed: it is not seeded"
    )


def test_a_seeder_that_did_not_get_through_runs_again_with_its_present_words():
    wanted = World.of([*environment("dev"), seed(image="app:2")])
    (step,) = plan(wanted, waiting(seeded("dev"))).steps
    assert str(step) == f"start {SEED}: not done yet"
    assert step.after == wanted.entries[SEED]


def test_down_does_not_forget_that_it_is_still_to_run():
    seen = keep(waiting(seeded("dev")), "dev")
    assert not plan(keep(seen, "dev"), seen, "dev")
    assert f"start {SEED}: not done yet" in str(plan(seeded("dev"), seen, "dev"))


def test_what_is_remembered_before_data_are_made():
    (remembered,) = seeding.due(plan(seeded("dev"), World()))
    assert remembered == msgspec.structs.replace(seeded("dev").entries[SEED], running=False)
    assert not list(seeding.due(plan(seeded("dev"), seeded("dev"))))
    assert not list(seeding.due(plan(seeded("dev"), waiting(seeded("dev")))))


def test_a_new_volume_beside_old_ones_makes_nothing_fresh():
    wanted = World.of(
        [*environment("dev"), volume("dev/volume/more"), server("dev/b", "dev/volume/more"), seed()]
    )
    planned = plan(wanted, World.of(environment("dev")))
    assert {step.key for step in planned.steps} == {"dev/volume/more", "dev/b"}
