"""Puts the rules of `$evaluators` where a definition refers to them.

The evaluator would do so by replacing text, which breaks on every letter that JSON escapes.
"""

from __future__ import annotations

from .unusable import Unusable

MOST = 1_000_000
"""Values that a definition may have then; rules that refer to rules can multiply without end."""


class _Put:
    """One rule being put everywhere it is named."""

    def __init__(self, name: str, rule: object, left: int) -> None:
        self._reference = {"$ref": name}
        self._rule = rule
        self.left = left

    def into(self, value: object) -> object:
        """The value with the rule in it."""
        self.left -= 1
        if self.left < 0:
            raise Unusable("`$evaluators` make it larger than a million values")
        if value == self._reference:
            return self._rule
        if isinstance(value, dict):
            return {key: self.into(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.into(one) for one in value]
        return value


def put(flags: object, evaluators: object) -> object:
    """The flags with every rule in its place: in order, so that one may name those after it.

    Raises:
        Unusable: when the rules are no object, or make too much of it.
    """
    if evaluators is None:
        return flags
    if not isinstance(evaluators, dict):
        raise Unusable("`$evaluators` is not an object")
    for name, rule in evaluators.items():
        flags = _Put(name, rule, MOST).into(flags)
    return flags
