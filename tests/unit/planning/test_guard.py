"""The second wall: what a step may not do, whoever planned it."""

import msgspec
import pytest

from fakes.worlds import database, edge, environment, instance, route, sharing, two, volume
from partywall.model.errors import Refused
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import Job, World
from partywall.planning.diff import plan
from partywall.planning.guard import check, check_step, needs_world


def step(action: Action, before=None, after=None, key=None) -> Step:
    """A step made by hand."""

    def entry(thing):
        return World.of([thing]).entries[thing.key] if thing else None

    key = key or (before or after).key
    return Step(key=key, action=action, why="by hand", before=entry(before), after=entry(after))


WEB, CACHE = instance("prod/web"), instance("shared/cache")


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (step(Action.CREATE, after=WEB), "for dev alone"),
        (step(Action.REMOVE, WEB), "for dev alone"),
        (step(Action.RESTART, WEB, WEB), "for dev alone"),
        (step(Action.CHANGE, CACHE, CACHE), "others use it"),
        (step(Action.RESTART, CACHE, CACHE), "others use it"),
        (step(Action.REPAIR, edge(), edge()), "others use it"),
        (step(Action.START, edge(), edge(image="other")), "would change it"),
        (step(Action.REMOVE, volume("shared/volume/data")), "holds data of others"),
        (step(Action.REMOVE, database("shared/database/app", "shared/db")), "holds data of others"),
        (step(Action.CHANGE, instance("dev/web"), WEB), "would act on prod/web"),
        (step(Action.REMOVE, WEB, key="dev/web"), "would act on prod/web"),
        (step(Action.CREATE, after=Job(key="dev/job/x", instance=WEB)), "would run prod/web"),
    ],
)
def test_out_of_scope(refused, why):
    with pytest.raises(Refused, match=why) as error:
        check(Plan(scope="dev", steps=(refused,)), World())
    assert refused.key in str(error.value)
    assert error.value.code == 3


@pytest.mark.parametrize("scope", ["shared", "machine"])
def test_what_is_shared_is_nobodys_scope(scope):
    with pytest.raises(Refused):
        check_step(step(Action.CHANGE, instance(f"{scope}/x"), instance(f"{scope}/x")), scope, None)


@pytest.mark.parametrize(
    "fine",
    [
        step(Action.CHANGE, instance("dev/web"), instance("dev/web", image="app:2")),
        step(Action.REMOVE, volume("dev/volume/data")),
        step(Action.CREATE, after=Job(key="dev/job/x", instance=instance("dev/x"))),
        step(Action.CREATE, after=CACHE),
        step(Action.START, edge(), edge()),
        step(Action.REMOVE, CACHE),
    ],
)
def test_within_scope(fine):
    check(Plan(scope="dev", steps=(fine,)), World())
    check_step(fine, "dev", World())


def test_without_a_scope_everything_may_change():
    check(Plan(scope=None, steps=(step(Action.CHANGE, WEB, WEB), step(Action.REMOVE, CACHE))))


def test_nothing_shared_goes_while_others_use_it():
    seen = World.of([*environment("prod", on="shared/db"), instance("shared/db"), edge()])
    for thing in (edge(), instance("shared/db")):
        removal = step(Action.REMOVE, thing)
        with pytest.raises(Refused, match="another environment uses it"):
            check_step(removal, "dev", seen)
        with pytest.raises(Refused, match="another environment uses it"):
            check(Plan(scope="dev", steps=(removal,)), seen)


def test_nothing_shared_goes_unseen():
    removal = step(Action.REMOVE, CACHE)
    with pytest.raises(Refused, match="could not be seen"):
        check(Plan(scope="dev", steps=(removal,)))
    with pytest.raises(Refused, match="could not be seen"):
        check_step(removal, "dev", World({}, {"prod/": "silent"}))
    check(Plan(scope="dev", steps=(step(Action.REMOVE, instance("dev/web")),)))


def test_the_edge_stays_while_others_have_routes():
    seen = World.of([edge(), route("prod/route/web", "prod/web", needs=())])
    with pytest.raises(Refused, match="another environment uses it"):
        check_step(step(Action.REMOVE, edge()), "dev", seen)


def test_what_others_use_of_an_environment_stays_too():
    seen = World.of([volume("dev/volume/files"), instance("prod/web", "dev/volume/files")])
    with pytest.raises(Refused, match="another environment uses it: prod") as error:
        check(plan(World(), seen, "dev"), seen)
    assert "`partywall destroy prod` first" in error.value.remedy


def test_only_removing_what_is_shared_needs_a_look_at_everything():
    assert needs_world(step(Action.REMOVE, CACHE), "dev")
    assert not needs_world(step(Action.REMOVE, CACHE), None)
    assert not needs_world(step(Action.REMOVE, instance("dev/web")), "dev")
    assert not needs_world(step(Action.CREATE, after=CACHE), "dev")


@pytest.mark.parametrize("scope", ["dev", "prod", None])
@pytest.mark.parametrize("wanted", [two(), sharing("app:2"), World()])
@pytest.mark.parametrize("seen", [two(), sharing(), World()])
def test_every_plan_of_the_planner_passes(wanted, seen, scope):
    check(plan(wanted, seen, scope), seen)


def test_a_start_is_judged_by_the_thing_not_its_state():
    down = msgspec.structs.replace(World.of([edge()]).entries["machine/edge"], running=False)
    start = msgspec.structs.replace(step(Action.START, edge(), edge()), before=down)
    check_step(start, "dev", None)
