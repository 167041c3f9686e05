"""How long nobody answered: from the first address that is taken to the last that is there."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from fakes.verbs import Notes
from fakes.worlds import instance, route
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import AnyThing, Entry, fingerprint
from partywall.workflows.switch import Gap


def entry(thing: AnyThing) -> Entry:
    return Entry(thing=thing, fingerprint=fingerprint(thing))


def address(environment: str, name: str, *, away: bool) -> Step:
    thing = route(f"{environment}/route/{name}", f"{environment}/{name}")
    after = entry(msgspec.structs.replace(thing, away=away))
    return Step(key=thing.key, action=Action.CHANGE, why="", before=entry(thing), after=after)


def service(environment: str, action: Action) -> Step:
    one = entry(instance(f"{environment}/web"))
    known = {"before": one} if action is Action.REMOVE else {"after": one}
    return Step(key=one.thing.key, action=action, why="", **known)


def measured(gap: Gap, plan: Plan, *, again: bool = False) -> float:
    gap.expect(plan, again=again)
    for step in plan.steps:
        gap.began(step)
        gap.ended(step, 0.0)
    return gap.seconds


def clock() -> Iterator[float]:
    now = 10.0
    while True:
        yield now
        now += 1


ADDRESSES = (
    address("prod", "web", away=True),
    address("prod", "api", away=True),
    service("prod", Action.REMOVE),
    service("dev", Action.CREATE),
    address("dev", "api", away=False),
    address("dev", "web", away=False),
)


def test_it_lasts_from_the_first_address_to_the_last():
    hands = clock()
    notes = Notes()
    gap = Gap(notes, lambda: next(hands))
    assert gap.seconds == 0.0
    assert measured(gap, Plan(scope=None, steps=ADDRESSES)) == 2.0
    assert notes.lines[0] == "began prod/route/web"
    assert len(notes.lines) == 2 * len(ADDRESSES)


def test_without_addresses_services_count():
    hands = clock()
    gap = Gap(Notes(), lambda: next(hands))
    steps = (service("prod", Action.REMOVE), service("dev", Action.CREATE))
    assert measured(gap, Plan(scope=None, steps=steps)) == 1.0


def test_who_is_back_ends_the_same_gap():
    hands = clock()
    notes = Notes()
    gap = Gap(notes, lambda: next(hands))
    gap.expect(Plan(scope=None, steps=ADDRESSES))
    gap.began(ADDRESSES[0])
    gap.failed(ADDRESSES[3], "broken")
    gap.stopping()
    assert gap.seconds == 1.0
    back = Plan(scope=None, steps=(address("prod", "web", away=False),))
    assert measured(gap, back, again=True) == 2.0
    assert notes.lines[1:3] == ["failed dev/web: broken", "stopping"]
