"""A job that is run once in the life of the data outlives `down`, and a new wording of it."""

from partywall.model.app import Role
from partywall.model.world import Instance, Job, Volume, World
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep


def job(command: str, once_per: str) -> Job:
    run = Instance(key="dev/job/seed", service="seed", role=Role.JOB, run=(command,))
    return Job(key="dev/job/seed", instance=run, once_per=once_per)


def volume() -> Volume:
    return Volume(key="dev/volume/data", name="app-dev_data")


def test_down_keeps_it_and_destroy_does_not():
    seen = World.of([job("seed", "data"), volume()])
    assert set(keep(seen, "dev").entries) == {"dev/job/seed", "dev/volume/data"}
    assert not destroy(seen, "dev").entries


def test_down_forgets_a_job_that_belongs_to_the_definition():
    seen = World.of([job("migrate", "definition"), volume()])
    assert set(keep(seen, "dev").entries) == {"dev/volume/data"}


def test_it_is_not_run_again_because_it_reads_otherwise():
    seen, wanted = World.of([job("seed 20", "data")]), World.of([job("seed 30", "data")])
    assert not plan(wanted, seen)


def test_a_job_of_the_definition_is_run_again():
    seen, wanted = World.of([job("a", "definition")]), World.of([job("b", "definition")])
    assert [str(step) for step in plan(wanted, seen).steps] == ["change dev/job/seed: run changed"]
