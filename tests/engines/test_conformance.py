"""What every engine owes: one suite over all of them, the one on files included."""

import msgspec
import pytest

from engines.docker_bench import DockerBench
from engines.embedded_bench import EmbeddedBench
from fakes.bench import Bench, FakeBench
from fakes.verbs import Notes, carry_out, run
from partywall.execution.journal import FileJournal
from partywall.model.errors import MachineFailed
from partywall.model.world import KEPT, World, environment_of
from partywall.planning.diff import plan, same
from partywall.planning.restart import restart

BENCHES = [
    FakeBench,
    pytest.param(EmbeddedBench, marks=pytest.mark.scenario),
    pytest.param(DockerBench, marks=pytest.mark.docker),
]
"""Every engine's bench; a new engine adds one."""


@pytest.fixture(params=BENCHES, ids=lambda bench: bench.__name__.removesuffix("Bench").lower())
def bench(request, tmp_path):
    bench = request.param(tmp_path / "ground")
    yield bench
    bench.close()


@pytest.fixture
def journal(tmp_path):
    """A new journal each time it is asked for."""
    return lambda: FileJournal(tmp_path / "home")


@pytest.fixture
def up(bench, journal):
    """The bench with its world standing."""
    run("up", bench.engine(), bench.world(), journal())
    return bench


def observe(bench: Bench) -> World:
    return bench.engine().observer().observe()


def of(world: World, name: str) -> dict:
    return {key: entry for key, entry in world.entries.items() if environment_of(key) == name}


def performer(bench: Bench, key: str):
    kind = type(bench.world().entries[key].thing)
    return next(p for p in bench.engine().performers() if p.kind is kind)


def test_the_world_holds_what_the_suite_asks_about(bench):
    world = bench.world()
    assert {bench.web, bench.data} <= world.entries.keys()
    assert {"prod", "dev"} <= world.environments()
    assert {type(thing) for thing in world.things()} <= bench.engine().makes
    assert {p.kind for p in bench.engine().performers()} >= {type(t) for t in world.things()}
    assert not bench.engine().refusals(world)
    assert not bench.engine().refusals(bench.changed())


def test_there_is_nothing_at_first(bench):
    assert observe(bench) == World()
    assert bench.engine().observer().look(bench.web) is None


def test_a_created_thing_is_observed_with_its_fingerprint(up):
    seen, wanted = observe(up).entries, up.world().entries
    assert {k: (e.fingerprint, e.running, e.faults) for k, e in seen.items()} == {
        k: (e.fingerprint, True, ()) for k, e in wanted.items()
    }


def test_an_observed_thing_carries_its_needs(up):
    """Who uses a shared thing is read from what is observed."""
    seen, wanted = observe(up).entries, up.world().entries
    assert {k: e.thing.needs for k, e in seen.items()} == {
        k: e.thing.needs for k, e in wanted.items()
    }


def test_the_second_plan_says_no_changes(up):
    assert str(plan(up.world(), observe(up))) == "no changes"
    for scope in ("prod", "dev"):
        assert str(plan(up.world(), observe(up), scope)) == "no changes"


def test_to_create_twice_is_to_create_once(up):
    before = observe(up), up.traces(up.web)
    for key in (up.data, up.web):
        performer(up, key).create(up.world().entries[key])
    assert (observe(up), up.traces(up.web)) == before


def test_to_start_what_runs_leaves_it_alone(up):
    before = up.traces(up.web)
    performer(up, up.web).start(up.world().entries[up.web])
    assert up.traces(up.web) == before


def test_to_remove_what_is_absent_is_fine(bench):
    for key in (bench.web, bench.data):
        performer(bench, key).remove(bench.world().entries[key])
    assert observe(bench) == World()


def test_to_look_is_to_observe_one(up):
    up.stop(up.web)
    observer = up.engine().observer()
    for key, entry in observer.observe().entries.items():
        assert observer.look(key) == entry
    assert observer.look("dev/ghost") is None


def test_a_part_is_observed_with_what_is_shared(up):
    whole, part = observe(up), up.engine().observer().observe(["dev"])
    assert of(part, "prod") == {}
    for name in ("dev", "shared", "machine"):
        assert of(part, name) == of(whole, name)


def test_the_unknown_is_not_the_absent(up):
    if not up.blinds:
        assert not observe(up).unknown
        return
    with up.blinded("dev/"):
        seen = observe(up)
        assert not of(seen, "dev")
        assert seen.why_unknown(up.web)
        with pytest.raises(MachineFailed):
            up.engine().observer().look(up.web)
        assert not plan(up.world(), seen)
    assert not plan(up.world(), observe(up))


def test_a_stop_is_seen_and_mended(up, journal):
    up.stop(up.web)
    assert not observe(up).entries[up.web].running
    assert str(run("up", up.engine(), up.world(), journal())).startswith(f"start {up.web}")
    assert not plan(up.world(), observe(up))


def test_a_loss_is_seen_and_mended(up, journal):
    up.lose(up.web)
    assert up.web not in observe(up).entries
    assert str(run("up", up.engine(), up.world(), journal())) == f"create {up.web}: not there"
    assert not plan(up.world(), observe(up))


def test_a_change_is_seen_and_made(up, journal):
    planned = plan(up.changed(), observe(up))
    assert [str(s).partition(":")[0] for s in planned.steps] == [f"change {up.web}"]
    run("up", up.engine(), up.changed(), journal())
    assert not plan(up.changed(), observe(up))
    assert same(observe(up).entries[up.web], up.changed().entries[up.web])


def test_a_change_of_one_environment_leaves_the_other_untouched(up, journal):
    services = [key for key in of(up.world(), "prod") if key.count("/") == 1]
    before = of(observe(up), "prod"), [up.traces(key) for key in services]
    for verb, wanted in (("up", up.changed()), ("down", None), ("up", None), ("destroy", None)):
        run(verb, up.engine(), wanted or up.world(), journal(), scope="dev")
        assert (of(observe(up), "prod"), [up.traces(key) for key in services]) == before


def test_a_restart_keeps_data_and_is_one(up, journal):
    up.remember("kept")
    before = up.traces(up.web)
    services = [key for key in of(up.world(), "dev") if key.count("/") == 1]
    opened = journal()
    opened.open({"verb": "restart", "scope": "dev"})
    carry_out(restart(observe(up), services, "dev"), up.engine(), opened, progress=Notes())
    assert up.recall() == "kept"
    assert up.traces(up.web) != before
    assert not plan(up.world(), observe(up))


def test_down_then_up_brings_the_same_world(up, journal):
    up.remember("kept")
    before = observe(up)
    run("down", up.engine(), up.world(), journal(), scope="dev")
    down = of(observe(up), "dev")
    assert down
    assert all(isinstance(entry.thing, KEPT) for entry in down.values())
    run("up", up.engine(), up.world(), journal(), scope="dev")
    assert observe(up) == before
    assert up.recall() == "kept"


def test_down_of_everything_and_up_again(up, journal):
    up.remember("kept")
    run("down", up.engine(), up.world(), journal())
    assert not run("down", up.engine(), up.world(), journal())
    run("up", up.engine(), up.world(), journal())
    assert not plan(up.world(), observe(up))
    assert up.recall() == "kept"


def test_destroy_leaves_nothing(up, journal):
    up.remember("gone")
    run("destroy", up.engine(), up.world(), journal())
    assert observe(up) == World()
    run("up", up.engine(), up.world(), journal())
    assert not plan(up.world(), observe(up))
    assert up.recall() != "gone"


def test_health_is_about_what_is_asked(up):
    up.stop(up.web)
    others = [key for key in of(up.world(), "prod") if key.count("/") == 1]
    health = up.engine().health([up.web, *others])
    assert not health[up.web].running
    assert all(health[key].running for key in others)
    assert set(health) == {up.web, *others}


def test_an_engine_knows_itself(bench):
    one, other = bench.engine(), bench.engine()
    assert one.identity() == other.identity() != ""
    assert one.name
    assert all(limit for limit in one.limits)


def test_what_is_observed_survives_json(up):
    seen = observe(up)
    assert msgspec.json.decode(msgspec.json.encode(seen), type=World) == seen
