"""Puts the rules of `$evaluators` where a definition refers to them.

The evaluator would do so by replacing text, which breaks on every letter that JSON escapes.
"""

from __future__ import annotations

from collections.abc import Mapping

from .unusable import Unusable

MOST = 1_000_000
"""Values that a definition may have then; rules that refer to rules can multiply without end."""


def put(flags: object, evaluators: object) -> object:
    """The flags with every rule in its place.

    Raises:
        Unusable: when the rules are no object, or make too much of it.
    """
    if evaluators is None:
        return flags
    if not isinstance(evaluators, dict):
        raise Unusable("`$evaluators` is not an object")
    return _Rules(evaluators).into(flags)


class _Rules:
    """Each rule is made ready once; one may name those that come after it, as flagd has it."""

    def __init__(self, rules: Mapping[str, object]) -> None:
        self._rules = rules
        self._order = {name: place for place, name in enumerate(rules)}
        self._ready: dict[str, tuple[object, int]] = {}
        self._left = MOST

    def into(self, value: object, after: int = -1) -> object:
        """The value with the rules after this place in it."""
        self._use(1)
        if isinstance(value, list):
            return [self.into(one, after) for one in value]
        if not isinstance(value, dict):
            return value
        name = value.get("$ref") if len(value) == 1 else None
        if isinstance(name, str) and self._order.get(name, -1) > after:
            return self._rule(name)
        return {key: self.into(one, after) for key, one in value.items()}

    def _rule(self, name: str) -> object:
        if name in self._ready:
            rule, size = self._ready[name]
            self._use(size)
            return rule
        before = self._left
        rule = self.into(self._rules[name], self._order[name])
        self._ready[name] = rule, before - self._left
        return rule

    def _use(self, values: int) -> None:
        self._left -= values
        if self._left < 0:
            raise Unusable("`$evaluators` make it larger than a million values")
