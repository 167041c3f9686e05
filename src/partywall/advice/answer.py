"""The answer: points in order, and what a change of one fact would make of the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from partywall.advice.app import AppFacts
from partywall.advice.machine import Facts
from partywall.advice.memory import Worlds
from partywall.advice.needs import Needs
from partywall.advice.space import Names, Point, points
from partywall.advice.weigh import Space, Weighed
from partywall.axes.site import Site
from partywall.model.app import Role
from partywall.model.choices import Choices


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an answer follows from."""

    needs: Needs
    machine: Facts
    app: AppFacts
    site: Site
    """The environments; what it chooses is of no account."""
    names: Names
    """How points are called, simplest first; nothing follows from a name."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What would be first if one fact were otherwise."""

    when: str
    first: Weighed | None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything found, the best first."""

    space: Space
    ranked: list[Weighed]
    changes: tuple[Change, ...]

    @property
    def first(self) -> Weighed | None:
        """What is recommended; None when nothing both fits and meets every requirement."""
        return recommended(self.ranked)


def recommended(ranked: list[Weighed]) -> Weighed | None:
    """The first, if it can be recommended at all."""
    best = ranked[0]
    return best if best.fits and not best.unmet else None


def answer(asked: Asked) -> Answer:
    """The ranked points, and what would change the first of them."""
    known = points(asked.site, asked.names)
    worlds: Worlds = {}
    space = space_of(asked, known, worlds)
    ranked = space.ranked(asked.needs)
    first = recommended(ranked)
    changes = []
    for when, other in _otherwise(asked):
        there = space if _same_space(asked, other) else space_of(other, known, worlds)
        found = recommended(there.ranked(other.needs))
        if _point(found) != _point(first):
            changes.append(Change(when=when, first=found))
    return Answer(space=space, ranked=ranked, changes=tuple(changes))


def space_of(asked: Asked, known: Mapping[Choices, Point], worlds: Worlds) -> Space:
    """The points that the app and the machine can have, of all that are known."""
    return Space(known, asked.site, asked.app, asked.machine, worlds)


def _same_space(one: Asked, other: Asked) -> bool:
    return (one.machine, one.app) == (other.machine, other.app)


def _point(one: Weighed | None) -> object:
    return one and one.same


def _otherwise(asked: Asked) -> Iterator[tuple[str, Asked]]:
    """One fact changed, in words and in fact."""
    for when, change in (*_MACHINES, *_APPS, *_NEEDS):
        other = change(asked)
        if other != asked:
            yield when, other


def _machine(asked: Asked, **facts: object) -> Asked:
    return msgspec.structs.replace(asked, machine=msgspec.structs.replace(asked.machine, **facts))


def _needs(asked: Asked, **said: object) -> Asked:
    return msgspec.structs.replace(asked, needs=msgspec.structs.replace(asked.needs, **said))


def _scaled(asked: Asked, factor: float) -> Asked:
    """Another machine; what is taken of it by others stays."""
    now = asked.machine
    memory = int(now.memory_bytes * factor)
    free = None if now.free_bytes is None else max(0, now.free_bytes + memory - now.memory_bytes)
    return _machine(asked, memory_bytes=memory, free_bytes=free)


Varies = Callable[[Asked], Asked]
_MACHINES: tuple[tuple[str, Varies], ...] = (
    ("the machine had twice the memory", lambda asked: _scaled(asked, 2.0)),
    ("the machine had half the memory", lambda asked: _scaled(asked, 0.5)),
    (
        "the engine enforced budgets",
        lambda asked: _machine(asked, enforces_budgets=True),
    ),
)
_APPS: tuple[tuple[str, Varies], ...] = (
    (
        "the app learnt its prefixes",
        lambda asked: msgspec.structs.replace(
            asked,
            app=msgspec.structs.replace(
                asked.app, knows_prefix=frozenset({Role.CACHE, Role.BROKER})
            ),
        ),
    ),
    (
        "the app's SQL did not say `public.`",
        lambda asked: msgspec.structs.replace(
            asked, app=msgspec.structs.replace(asked.app, names_public=0)
        ),
    ),
)
_NEEDS: tuple[tuple[str, Varies], ...] = (
    (
        "a second host name led here",
        lambda asked: _machine(_needs(asked, second_name=True), second_name=True),
    ),
    ("no second host name could be had", lambda asked: _needs(asked, second_name=False)),
    ("both had to answer at the same time", lambda asked: _needs(asked, both=True)),
    ("production might never be away", lambda asked: _needs(asked, may_be_away=False)),
    ("the other environment had to run other code", lambda asked: _needs(asked, other_code=True)),
    (
        "production's data had to have servers of their own",
        lambda asked: _needs(asked, own_servers=True),
    ),
    ("no second environment were needed", lambda asked: _needs(asked, second=False)),
)
