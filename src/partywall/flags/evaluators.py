"""Evaluators of a file of flags: rules that others name by `$ref`, put where they are named; pure.

An evaluator may name others, whichever comes first in the file. What is served has none any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from partywall.flags.targeting import DEEPEST, REF, Path_

FILLED = "with evaluators filled in"


class Unfit(Exception):
    """A reference that cannot be filled in.

    Attributes:
        path: where it stands, from the top of the file.
        why: what is wrong with it.
    """

    def __init__(self, path: Path_, why: str) -> None:
        super().__init__(why)
        self.path = path
        self.why = why


class _Part(NamedTuple):
    """A rule that is filled in, how many values it has, and how deep it is."""

    value: Any
    values: int = 1
    depth: int = 0


class _Way(NamedTuple):
    """How one got to a value."""

    path: Path_
    through: tuple[str, ...] = ()
    """Evaluators, each named by the one before."""
    depth: int = 0

    def to(self, key: str | int) -> _Way:
        """One level further down."""
        return _Way((*self.path, key), self.through, self.depth + 1)


class Evaluators:
    """The evaluators of one file, each filled in once. Every one that is named must be there."""

    def __init__(self, rules: Mapping[str, Any], most: int) -> None:
        """Fill in the evaluators themselves.

        Args:
            rules: name → rule, as the file has it.
            most: values that all rules of the file may have then; rules that name rules can
                multiply without end.

        Raises:
            Unfit: when one leads back to itself, or becomes too much.
        """
        self._rules = rules
        self._most = self._left = most
        self._ready: dict[str, _Part] = {}
        for name in rules:
            self._named(name, _Way(("$evaluators", name)))

    def into(self, rule: Any, path: Path_) -> Any:  # noqa: ANN401
        """A rule with every evaluator in its place.

        Raises:
            Unfit: when it becomes too much.
        """
        part = self._part(rule, _Way(path))
        self._left -= part.values
        if self._left < 0:
            raise Unfit(path, f"the rules of this file are more than {self._most} values {FILLED}")
        return part.value

    def _part(self, rule: Any, way: _Way) -> _Part:  # noqa: ANN401
        if max(way.depth, len(way.through)) > DEEPEST:
            raise _too_deep(way)
        if isinstance(rule, list):
            some = [self._part(one, way.to(number)) for number, one in enumerate(rule)]
            return self._around([one.value for one in some], some, way)
        if not isinstance(rule, dict):
            return _Part(rule)
        if set(rule) == {REF}:
            return self._named(rule[REF], way)
        named = {name: self._part(one, way.to(name)) for name, one in rule.items()}
        return self._around(
            {name: one.value for name, one in named.items()}, named.values(), way
        )  # fmt: skip

    def _around(self, value: Any, inner: Iterable[_Part], way: _Way) -> _Part:  # noqa: ANN401
        parts = list(inner)
        values = 1 + sum(one.values for one in parts)
        depth = 1 + max((one.depth for one in parts), default=-1)
        if way.depth + depth > DEEPEST:
            raise _too_deep(way)
        if values > self._most:
            raise Unfit(way.path, f"this is more than {self._most} values {FILLED}")
        return _Part(value, values, depth)

    def _named(self, name: str, way: _Way) -> _Part:
        if name in way.through:
            circle = [*way.through[way.through.index(name) :], name]
            raise Unfit(way.path, f"`{name}` leads back to itself: {' → '.join(circle)}")
        if name not in self._ready:
            inside = _Way(("$evaluators", name), (*way.through, name), way.depth)
            self._ready[name] = self._part(self._rules[name], inside)
        return self._ready[name]


def _too_deep(way: _Way) -> Unfit:
    return Unfit(way.path, f"rules are nested more than {DEEPEST} deep here {FILLED}")
