"""Every point of the space that this app, engine and installation can have, each once."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

import msgspec

from partywall.advice.app import effective
from partywall.axes.sense import Senseless, check
from partywall.axes.site import Site
from partywall.model.choices import Choices

AXES: dict[str, list[Any]] = {
    field.name: list(field.type) for field in msgspec.structs.fields(Choices)
}
"""Axis → its options, the default's first."""
Names = Mapping[str, Choices]
"""How points are called that have a name, simplest first; never empty."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point, and how it is said."""

    choices: Choices
    """As a user would write it."""
    name: str | None
    """None: it has no name of its own."""
    near: str
    """The name that the fewest lines lead from."""
    lines: dict[str, str]
    """Those lines: axis → option."""
    words: str
    """Its name, or the nearest one's with what differs."""

    departures: int
    """On how many axes it is not the default."""


def _options(choices: Choices) -> tuple[StrEnum, ...]:
    return cast("tuple[StrEnum, ...]", msgspec.structs.astuple(choices))


_PLAIN = _options(Choices())


def points(site: Site, names: Names) -> dict[Choices, Point]:
    """All of them; of those that are the same to this app, the one that is said most simply.

    Returns:
        A point without the options that make no difference → as it is said.
    """
    named = [(name, _options(at)) for name, at in names.items()]
    same: dict[Choices, list[Choices]] = {}
    for choices in _sensible():
        same.setdefault(effective(choices, site), []).append(choices)
    return {
        one: min((_called(each, named) for each in every), key=_simplicity)
        for one, every in same.items()
    }


def called(choices: Choices, names: Names) -> Point:
    """A point with its words: the name from which the fewest lines lead to it."""
    return _called(choices, [(name, _options(at)) for name, at in names.items()])


def _called(choices: Choices, named: Sequence[tuple[str, tuple[StrEnum, ...]]]) -> Point:
    here = _options(choices)
    far = [sum(map(operator.is_not, here, at)) for _, at in named]
    at = min(range(len(far)), key=far.__getitem__)
    name = named[at][0]
    lines = {
        axis: str(mine.value)
        for axis, mine, theirs in zip(AXES, here, named[at][1], strict=True)
        if mine is not theirs
    }
    said = " and ".join(f"{axis}: {option}" for axis, option in lines.items())
    words = f"{name} with {said}" if lines else name
    return Point(
        choices=choices,
        name=None if lines else name,
        near=name,
        lines=lines,
        words=words,
        departures=sum(map(operator.is_not, here, _PLAIN)),
    )


def _simplicity(point: Point) -> tuple[bool, int, list[int]]:
    order = [AXES[axis].index(getattr(point.choices, axis)) for axis in AXES]
    return point.name is None, point.departures, order


def _sensible() -> Iterator[Choices]:
    for options in itertools.product(*AXES.values()):
        choices = Choices(**dict(zip(AXES, options, strict=True)))
        try:
            check(choices)
        except Senseless:
            continue
        yield choices
