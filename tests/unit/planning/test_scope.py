"""A plan for one environment leaves every other one alone."""

import msgspec

from fakes.worlds import (
    database,
    edge,
    environment,
    instance,
    route,
    server,
    sharing,
    two,
    volume,
)
from partywall.model.world import World
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep


def without(world: World, name: str) -> World:
    """The world as it is when one environment was never made."""
    return World({k: e for k, e in world.entries.items() if not k.startswith(f"{name}/")})


def test_only_the_scope_and_what_it_needs_is_made():
    planned = plan(two(), World(), "dev")
    assert {step.environment for step in planned.steps} == {"dev", "machine"}


def test_what_the_scope_does_not_need_is_not_made():
    wanted = World.of([*two().things(), instance("shared/cache")])
    assert "shared/cache" not in {step.key for step in plan(wanted, World(), "dev").steps}
    assert "shared/cache" in {step.key for step in plan(wanted, World()).steps}


def test_a_shared_thing_that_differs_is_only_noted():
    seen = World.of([*without(two(), "dev").things(), edge(image="caddy:1")])
    planned = plan(two(), seen, "dev")
    assert {step.environment for step in planned.steps} == {"dev"}
    assert planned.notes == (
        "machine/edge differs (image caddy:1 → caddy:2); `partywall up` changes it",
    )


def edge_as(world: World, **fields) -> World:
    """The world with another state of its edge."""
    entry = msgspec.structs.replace(world.entries["machine/edge"], **fields)
    return World({**world.entries, "machine/edge": entry})


def test_a_shared_thing_that_stands_still_is_started_as_it_is():
    planned = plan(two(), edge_as(two(), running=False), "dev")
    assert str(planned) == "start machine/edge: not running"
    down = edge_as(
        World.of([*without(two(), "dev").things(), edge(image="caddy:1")]), running=False
    )
    planned = plan(two(), down, "dev")
    start = next(step for step in planned.steps if step.key == "machine/edge")
    assert str(start) == "start machine/edge: not running"
    assert start.after is not None
    assert start.after.thing == edge(image="caddy:1")
    assert start.after.running
    assert "differs" in planned.notes[0]


def test_a_shared_thing_that_is_not_healthy_yet_is_waited_for_as_it_is():
    start = "start machine/edge: not healthy yet"
    seen = edge_as(without(two(), "dev"), starting=True)
    planned = plan(two(), seen, "dev")
    assert start in map(str, planned.steps)
    assert planned.waits["dev/route/web"] == ("dev/web", "machine/edge")
    other = World.of([*without(two(), "dev").things(), edge(image="caddy:1")])
    planned = plan(two(), edge_as(other, starting=True), "dev")
    step = next(step for step in planned.steps if step.key == "machine/edge")
    assert str(step) == start
    assert step.after == other.entries["machine/edge"]
    assert "machine/edge differs" in planned.notes[0]


def test_a_shared_thing_with_faults_is_only_noted():
    planned = plan(two(), edge_as(two(), faults=("slow",)), "dev")
    assert not planned
    assert planned.notes == ("machine/edge: slow; `partywall up` repairs it",)


def test_a_shared_thing_goes_with_its_last_user():
    assert "remove machine/edge: nothing uses it any more" in str(
        plan(destroy(two(), "dev"), without(two(), "prod"), "dev")
    )
    assert "machine/edge" not in str(plan(destroy(two(), "dev"), two(), "dev"))


def test_it_stays_while_another_environment_has_anything_that_uses_it():
    seen = World.of(
        [*without(sharing(), "prod").things(), database("prod/database/app", "shared/db")]
    )
    assert "shared/db" not in str(plan(destroy(seen, "dev"), seen, "dev"))


def test_it_stays_while_somebody_cannot_be_seen():
    seen = World(without(sharing(), "prod").entries, {"prod/": "silent"})
    planned = plan(destroy(seen, "dev"), seen, "dev")
    assert "shared/db" not in str(planned)
    assert "shared/db is left: not everything that may use it could be observed" in planned.notes


def test_shared_data_stays_whoever_goes():
    seen = without(sharing(), "prod")
    planned = plan(World(), seen, "dev")
    assert "remove shared/db" in str(planned)
    assert "shared/volume/data" not in str(planned)
    assert planned.notes == (
        "shared/volume/data holds data: left, `partywall destroy` without a name removes it",
    )
    assert plan(destroy(seen, "dev"), seen, "dev").notes == ()


def test_a_need_that_nobody_declared_still_counts():
    """A route names no edge, a database names its server in a field: both are used."""
    bare = route("prod/route/web", "prod/web", needs=())
    seen = World.of([*environment("dev"), edge(), instance("prod/web"), bare])
    assert "machine/edge" not in str(plan(destroy(seen, "dev"), seen, "dev"))
    held = database("prod/database/app", "shared/db", needs=())
    seen = World.of([*environment("dev", on="shared/db"), server("shared/db", "v"), held])
    assert "remove shared/db" not in str(plan(destroy(seen, "dev"), seen, "dev"))


def test_down_keeps_data_and_what_serves_it():
    planned = plan(keep(sharing(), "dev"), sharing(), "dev")
    assert [step.key for step in planned.steps] == ["dev/route/web", "dev/web", "dev/network/in"]


def test_an_entry_that_is_used_but_not_described_is_left():
    wanted = World.of(environment("dev", on="shared/db"))
    seen = World.of([*wanted.things(), server("shared/db", "v"), edge()])
    assert not plan(wanted, seen, "dev")


def test_a_shared_thing_of_somebody_else_is_left():
    wanted = World.of([*environment("dev"), edge()])
    seen = World.of(
        [
            *wanted.things(),
            volume("shared/volume/x"),
            instance("shared/q"),
            instance("prod/w", "shared/q"),
        ]
    )
    planned = plan(wanted, seen, "dev")
    assert not planned
    assert planned.notes == (
        "shared/volume/x holds data: left, `partywall destroy` without a name removes it",
    )
