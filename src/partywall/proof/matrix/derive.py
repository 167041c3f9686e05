"""Ratings from figures, by thresholds and nothing else; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.architectures import customary
from partywall.model.errors import BadInput
from partywall.model.ratings import (
    Complexity,
    Efficiency,
    Isolation,
    ParallelRun,
    Ratings,
    SchemaTesting,
)
from partywall.proof.matrix import thresholds as t
from partywall.proof.matrix.explain import explained
from partywall.proof.matrix.figures import Figures
from partywall.proof.matrix.measures import (
    beside_alone,
    burden,
    crossings,
    many_checkouts,
    on_data,
    shared_walls,
    unshown,
)
from partywall.proof.probe import Verdict
from partywall.system.decoding import convert

Document = dict[str, Any]
RATINGS = Ratings.__struct_fields__
"""Their names, as documents have them."""
_STEPS = (Efficiency.LOW, Efficiency.MEDIUM, Efficiency.HIGH, Efficiency.VERY_HIGH)


def ratings(figures: Figures) -> Ratings:
    """All five."""
    return Ratings(
        parallel_run=parallel_run(figures),
        data_isolation=data_isolation(figures),
        resource_efficiency=resource_efficiency(figures),
        schema_testing=schema_testing(figures),
        complexity=complexity(figures),
    )


def parallel_run(figures: Figures) -> ParallelRun:
    """Yes when both answered whenever both were asked, and they were."""
    found = figures.parallel
    if found.environments < 2:
        return ParallelRun.NOT_APPLICABLE
    always = found.asked > 0 and found.both >= t.BOTH * found.asked
    return ParallelRun.YES if always else ParallelRun.NO


def data_isolation(figures: Figures) -> Isolation:
    """The thinnest that any attempt, and any place with data, shows.

    What came through counts first and whatever it was. Full needs attempts that held at every data
    wall there is or, where one sleeps and nothing can be tried, places of their own for both.
    """
    walls = figures.walls
    if crossings(walls) or walls.crossed:
        return Isolation.CROSSED
    if figures.parallel.environments < 2:
        return Isolation.NONE
    if walls.one_database:
        return Isolation.SCHEMA
    if shared_walls(walls) or walls.common_stores:
        return Isolation.DATABASE
    shown = on_data(walls)[Verdict.HELD] and not unshown(walls)
    apart = sum(number > 0 for number in walls.own_stores.values()) > 1
    return Isolation.FULL if shown or apart else Isolation.NONE


def resource_efficiency(figures: Figures) -> Efficiency:
    """By memory beside production alone; a step less where checkouts take much of the disk."""
    beside = beside_alone(figures)
    step = sum(beside <= bound for bound in (t.MEDIUM, t.HIGH, t.VERY_HIGH))
    return _STEPS[max(0, step - many_checkouts(figures))]


def schema_testing(figures: Figures) -> SchemaTesting:
    """Yes when a migration ran in development and production's schema stayed as it was."""
    found = figures.migration
    tested = found.tried and found.worked and not found.production_changed
    return SchemaTesting.YES if tested else SchemaTesting.NO


def complexity(figures: Figures) -> Complexity:
    """By points for what is to run, to write and to do by hand."""
    points = burden(figures).points
    if points <= t.LOW:
        return Complexity.LOW
    return Complexity.MEDIUM if points <= t.FAIR else Complexity.HIGH


def rated(document: Mapping[str, Any]) -> Document:
    """The document with ratings, customary ratings, and where they differ and why.

    Args:
        document: `{"architectures": {NAME: {"figures": Figures}}, …}`; figures may be plain values,
            as they were kept. What else is in it stays.

    Raises:
        BadInput: when figures are not such as this version writes.
    """
    every = {name: _rated(name, one) for name, one in document["architectures"].items()}
    return {**document, "architectures": every}


def figures_of(name: str, one: Mapping[str, Any]) -> Figures:
    """What was measured of an architecture, from its part of the document.

    Raises:
        BadInput: when it is not such as this version writes.
    """
    said = one["figures"]
    if isinstance(said, Figures):
        return said
    try:
        return convert(said, Figures)
    except msgspec.ValidationError as error:
        raise BadInput(
            f"figures of {name} are not such as this version measures: {error}",
            remedy="measure again: `partywall matrix`",
        ) from None


def _rated(name: str, one: Mapping[str, Any]) -> Document:
    figures = figures_of(name, one)
    found = ratings(figures)
    why = explained(figures, found)
    said = customary.RATINGS.get(name)
    return {
        **one,
        "figures": msgspec.to_builtins(figures),
        **msgspec.to_builtins(found),
        "explained": why,
        "customary": msgspec.to_builtins(said) if said else {},
        "disagreements": _disagreements(said, found, why) if said else [],
    }


def _disagreements(said: Ratings, found: Ratings, why: Mapping[str, str]) -> list[Document]:
    return [
        {
            "rating": name,
            "customary": str(getattr(said, name)),
            "found": str(getattr(found, name)),
            "why": why[name],
        }
        for name in RATINGS
        if getattr(said, name) != getattr(found, name)
    ]
