"""What keeps environments' data apart at a point: how thick, and the ratings that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from partywall.model.choices import (
    BrokerWall,
    CacheWall,
    Choices,
    DatabaseWall,
    FilesWall,
    Presence,
    RouteBy,
)
from partywall.model.ratings import (
    Complexity,
    Efficiency,
    Isolation,
    ParallelRun,
    Ratings,
    SchemaTesting,
)

THICKNESS: dict[str, dict[str, float]] = {
    "database": {
        DatabaseWall.SERVER: 1.0,
        DatabaseWall.DATABASE: 0.75,
        DatabaseWall.SCHEMA: 0.45,
        DatabaseWall.COMMON: 0.0,
    },
    "cache": {CacheWall.INSTANCE: 1.0, CacheWall.KEYSPACE: 0.6, CacheWall.COMMON: 0.0},
    "broker": {BrokerWall.INSTANCE: 1.0, BrokerWall.TOPICS: 0.6, BrokerWall.COMMON: 0.0},
    "files": {
        FilesWall.FOLDER: 1.0,
        FilesWall.SUBFOLDER: 0.8,
        FilesWall.READ_ONLY: 0.4,
        FilesWall.COMMON: 0.0,
    },
}
"""1: a server or folder of its own; what is kept by rights alone is thinner, what is felt by all
thinner still; 0: no wall."""
_WEIGHTS = {"database": 4.0, "cache": 2.0, "broker": 2.0, "files": 2.0}
_COOKIES = 0.05
"""What one host name for both takes away: the edge alone keeps cookies apart."""
_EFFICIENT = ((0.6, Efficiency.VERY_HIGH), (0.85, Efficiency.HIGH), (1.1, Efficiency.MEDIUM))
"""Up to so much of the default's memory; the limits of the measured tables."""
_COMPLEX = ((1.0, Complexity.LOW), (4.0, Complexity.MEDIUM))
"""Up to so much effort."""


def alone(choices: Choices) -> bool:
    """Whether nothing but production ever stands."""
    return choices.presence in (Presence.SINGLE, Presence.ON_DEMAND)


def thickness(choices: Choices, axes: frozenset[str]) -> float:
    """How well data are kept apart, 0 to 1, over the axes that mean something to the app."""
    if choices.presence is Presence.SINGLE:
        return 0.0
    total = sum(_WEIGHTS[axis] for axis in axes)
    if not total:
        return 1.0
    kept = sum(_WEIGHTS[axis] * THICKNESS[axis][getattr(choices, axis)] for axis in axes)
    less = _COOKIES if choices.route is RouteBy.PORT else 0.0
    return max(0.0, kept / total - less)


def shared_servers(choices: Choices, axes: frozenset[str]) -> int:
    """Servers of production's that others load, too."""
    apart = {
        "database": DatabaseWall.SERVER,
        "cache": CacheWall.INSTANCE,
        "broker": BrokerWall.INSTANCE,
    }
    return sum(axis in axes and getattr(choices, axis) is not own for axis, own in apart.items())


def migrations(choices: Choices) -> float:
    """How well a migration can be tried, 0 to 1; on a copy of production's data best of all."""
    if choices.presence is Presence.SINGLE:
        return 0.0
    if choices.presence is Presence.ON_DEMAND:
        return 1.0
    kept = {DatabaseWall.SERVER: 0.8, DatabaseWall.DATABASE: 0.65, DatabaseWall.SCHEMA: 0.4}
    away = 0.3 if choices.presence is Presence.SWITCHED else 0.0
    return max(0.0, kept.get(choices.database, 0.0) - away)


def ratings(choices: Choices, axes: frozenset[str], ratio: float, effort: float) -> Ratings:
    """The five customary words, as they follow from the point and its figures.

    Args:
        choices: the point, as it is to this app.
        axes: what of data the app has.
        ratio: its memory at rest beside the default's.
        effort: what it asks.
    """
    rated = Efficiency.LOW
    for most, word in reversed(_EFFICIENT):
        rated = word if ratio <= most else rated
    complex_ = Complexity.HIGH
    for limit, said in reversed(_COMPLEX):
        complex_ = said if effort <= limit else complex_
    return Ratings(
        parallel_run=_parallel(choices),
        data_isolation=_isolation(choices, axes),
        resource_efficiency=rated,
        schema_testing=SchemaTesting.YES if migrations(choices) else SchemaTesting.NO,
        complexity=complex_,
    )


def _parallel(choices: Choices) -> ParallelRun:
    if choices.presence is Presence.SINGLE:
        return ParallelRun.NOT_APPLICABLE
    return ParallelRun.YES if choices.presence is Presence.TOGETHER else ParallelRun.NO


def _isolation(choices: Choices, axes: frozenset[str]) -> Isolation:
    if choices.presence is Presence.ON_DEMAND:
        return Isolation.FULL  # a copy is a server of its own, which reaches nothing
    if alone(choices):
        return Isolation.NONE  # there is nothing to keep apart
    if "database" in axes and choices.database is DatabaseWall.SCHEMA:
        return Isolation.SCHEMA
    thin = [axis for axis in axes if THICKNESS[axis][getattr(choices, axis)] < 1.0]
    return Isolation.DATABASE if thin else Isolation.FULL


def said(choices: Choices, axes: frozenset[str]) -> Iterator[tuple[bool, str]]:
    """Sentences about the walls, each with whether it speaks for the point."""
    if alone(choices):
        return
    thick = [
        axis
        for axis in ("database", "cache", "broker", "files")
        if axis in axes and THICKNESS[axis][getattr(choices, axis)] == 1.0
    ]
    if axes and len(thick) == len(axes):
        yield True, f"nothing is shared but the edge: {_listed(thick)} are each environment's own"
    elif thick:
        verb = "is" if len(thick) == 1 else "are"
        yield True, f"{_listed(thick)} {verb} each environment's own"
    for axis in ("database", "cache", "broker", "files"):
        option = getattr(choices, axis)
        if axis in axes and (sentence := _THIN.get(f"{axis}: {option.value}")):
            yield False, sentence
    if choices.route is RouteBy.PORT:
        yield False, "browsers send cookies to every port of a host: only the edge keeps them apart"


_THIN = {
    "database: database": (
        "one database server holds both databases: a heavy query or a full disk is felt by all"
    ),
    "database: schema": (
        "rows of both are in one database: connections are a pool, definitions can be read by "
        "all, and a migration of extensions or roles meets production"
    ),
    "cache: keyspace": "keys are kept apart by rights in one cache: a full memory is felt by all",
    "broker: topics": "messages are kept apart by rights in one broker: if it fails, all do",
    "files: subfolder": "one vault holds the files of all: who fills it leaves no room to others",
    "files: read-only": (
        "the other environment reads production's own files, personal data among them, and can "
        "try no upload"
    ),
}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
