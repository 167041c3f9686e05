"""What a point is worth for somebody's needs: criteria from axes and figures, weighed; no names."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping

import msgspec

from partywall.advice.app import AppFacts, axes_of
from partywall.advice.effort import Task, has_second_name, tasks
from partywall.advice.machine import Facts
from partywall.advice.memory import Estimate, Memory, Worlds
from partywall.advice.needs import Needs, Weights
from partywall.advice.space import Point
from partywall.advice.unmet import unmet
from partywall.advice.walls import alone, migrations, ratings, shared_servers, thickness
from partywall.axes.site import Site
from partywall.model.choices import Choices, LimitsBy, Presence, RouteBy, Source
from partywall.model.ratings import Ratings

_LESS_PROTECTED = 0.1
"""What each server that others load, too, takes from production's protection."""
_UNBOUNDED = 0.3
"""How well production is protected where nothing bounds the other environment but the machine."""
_SIMPLE = 3.0
"""So much effort halves how simple a point is."""
_BY_PORT = 0.6
_OTHER_NAME = 0.9
"""What an address is worth at a port, and at a name that has yet to be made."""


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """What a point is like, each 0 (worst) to 1."""

    together: float
    """Both answer at the same time."""
    staying: float
    """Production stays while the other one stands."""
    walls: float
    """Data are kept apart."""
    room: float
    """Memory is left on this machine."""
    frugal: float
    """The least of any point's memory, beside this one's."""
    protection: float
    """The other environment cannot take the machine from production."""
    migrations: float
    """Migrations can be tried."""
    code: float
    """Each environment has code of its own."""
    simple: float
    """Little has to be done and known."""
    address: float
    """Visitors come by an ordinary address."""

    def score(self, weights: Weights) -> float:
        """The weighted mean."""
        parts = [getattr(weights, one) for one in self.__struct_fields__]
        total = sum(parts)
        found = sum(map(operator.mul, parts, msgspec.structs.astuple(self)))
        return found / total if total else 0.0


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A point with all that is known of it."""

    point: Point
    same: Choices
    """The point without options that make no difference to the app."""
    estimate: Estimate
    fits: bool
    tasks: tuple[Task, ...]
    unmet: tuple[str, ...]
    criteria: Criteria
    score: float
    ratings: Ratings

    @property
    def place(self) -> tuple[bool, bool, float, int, str]:
        """What it is sorted by: who fits and meets everything, then the score; never at random."""
        return (
            not self.fits,
            bool(self.unmet),
            -round(self.score, 6),
            self.point.departures,
            self.point.words,
        )


class Space:
    """The points of one app on one machine, ready to be weighed for any needs."""

    def __init__(
        self,
        known: Mapping[Choices, Point],
        site: Site,
        app: AppFacts,
        machine: Facts,
        worlds: Worlds,
    ) -> None:
        """`known` is every point of the space; the site's own choices are of no account.

        `worlds` is what was built for that site already, and is added to.
        """
        self.app = app
        self.machine = machine
        self.axes = axes_of(site)
        self.refused: dict[str, str] = {}
        """Words of each point that the app cannot have → why."""
        self._memory = Memory(site, app, machine, worlds)
        self._possible = list(self._estimated(known))
        self.plain = self._memory.estimate(Choices())
        """The default's memory, which others are compared with."""
        self._least = min(one.peak_bytes for _, _, one in self._possible)

    def _estimated(
        self, known: Mapping[Choices, Point]
    ) -> Iterator[tuple[Point, Choices, Estimate]]:
        for same, point in known.items():
            if why := self._memory.refusal(same):
                self.refused[point.words] = why
            else:
                yield point, same, self._memory.estimate(same)

    def ranked(self, needs: Needs) -> list[Weighed]:
        """Every point that the app can have, the best first."""
        weights = needs.weights
        found = [
            self._weighed(point, same, estimate, needs=needs, weights=weights)
            for point, same, estimate in self._possible
        ]
        return sorted(found, key=lambda one: one.place)

    def _weighed(
        self,
        point: Point,
        same: Choices,
        estimate: Estimate,
        *,
        needs: Needs,
        weights: Weights,
    ) -> Weighed:
        asked = tuple(tasks(same, needs, self.machine, self.app, self.axes))
        effort = sum(one.amount for one in asked)
        criteria = self._criteria(same, estimate, needs, effort)
        return Weighed(
            point=point,
            same=same,
            estimate=estimate,
            fits=estimate.peak_bytes <= self.machine.room_bytes and not estimate.over_budget,
            tasks=asked,
            unmet=tuple(unmet(same, needs, self.machine, asked)),
            criteria=criteria,
            score=criteria.score(weights),
            ratings=ratings(same, self.axes, estimate.bytes / max(1, self.plain.bytes), effort),
        )

    def _criteria(self, same: Choices, estimate: Estimate, needs: Needs, effort: float) -> Criteria:
        return Criteria(
            together=1.0 if same.presence is Presence.TOGETHER else 0.0,
            staying=0.0 if same.presence is Presence.SWITCHED else 1.0,
            walls=thickness(same, self.axes),
            room=max(0.0, 1.0 - estimate.peak_bytes / max(1, self.machine.room_bytes)),
            frugal=self._least / max(1, estimate.peak_bytes),
            protection=self._protection(same),
            migrations=migrations(same),
            code=1.0 if same.source is Source.BRANCH else 0.0,
            simple=1.0 / (1.0 + effort / _SIMPLE),
            address=self._address(same, needs),
        )

    def _protection(self, same: Choices) -> float:
        if alone(same) or same.presence is Presence.SWITCHED:
            return 1.0
        bounded = same.limits is LimitsBy.BUDGET and self.machine.enforces_budgets
        kept = 1.0 if bounded else _UNBOUNDED
        return max(0.0, kept - _LESS_PROTECTED * shared_servers(same, self.axes))

    def _address(self, same: Choices, needs: Needs) -> float:
        if alone(same):
            return 0.0
        if same.route is RouteBy.PORT:
            return _BY_PORT
        return 1.0 if has_second_name(needs, self.machine) else _OTHER_NAME
