"""Targeting rules: JsonLogic with flagd's operators; looked through, and made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from partywall.flags.kinds import fits

Path_ = tuple[str | int, ...]
_LOGIC = frozenset(
    {
        *("var", "missing", "missing_some", "if", "?:", "==", "===", "!=", "!==", "!", "!!"),
        *("or", "and", ">", ">=", "<", "<=", "max", "min", "+", "-", "*", "/", "%"),
        *("map", "reduce", "filter", "all", "none", "some", "merge", "in", "cat", "substr"),
    }
)
FRACTIONAL = "fractional"
_FLAGD = frozenset({FRACTIONAL, "starts_with", "ends_with", "sem_ver"})
OPERATORS = _LOGIC | _FLAGD
REF = "$ref"
_TWO = {"starts_with": 2, "ends_with": 2, "sem_ver": 3}
_COMPARES = frozenset({"=", "!=", "<", "<=", ">", ">=", "^", "~"})
WHOLE = 10_000
"""Parts that a percentage is divided into: two digits after the point."""
DEEPEST = 100
"""Levels of a rule; whoever evaluates it goes down into each."""


def trouble(rule: Any, evaluators: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:  # noqa: ANN401
    """What is wrong with a rule: where in it, and what."""
    if isinstance(rule, list):
        for number, inner in enumerate(rule):
            yield from _within(number, inner, evaluators)
    elif isinstance(rule, dict) and len(rule) > 1:
        yield (), f"a rule has one operator, and here are {len(rule)}: {', '.join(rule)}"
    elif isinstance(rule, dict):
        for name, said in rule.items():
            if why := _misused(name, said, evaluators):
                yield (name,), why
            else:
                yield from _within(name, said, evaluators)
    elif not fits(rule):
        yield (), "a number is larger than any that can be served"


def deeper(rule: Any, levels: int = DEEPEST) -> bool:  # noqa: ANN401
    """Whether a rule is nested deeper than so many levels."""
    inner = rule.values() if isinstance(rule, dict) else rule if isinstance(rule, list) else ()
    return levels < 0 or any(deeper(one, levels - 1) for one in inner)


def _within(
    name: str | int, said: Any, evaluators: Mapping[str, Any]  # noqa: ANN401
) -> Iterator[tuple[Path_, str]]:  # fmt: skip
    yield from (((name, *path), why) for path, why in trouble(said, evaluators))


def _misused(name: str, said: Any, evaluators: Mapping[str, Any]) -> str:  # noqa: ANN401
    """Why an operator would give no answer; empty: it does."""
    if name == REF:
        known = isinstance(said, str) and said in evaluators
        return "" if known else f"there is no evaluator `{said}`"
    if name not in OPERATORS:
        return f"the operator `{name}` is unknown"
    wanted = _TWO.get(name)
    if wanted and not (isinstance(said, list) and len(said) == wanted):
        return f"`{name}` takes {wanted} arguments"
    if name == "sem_ver" and not (isinstance(said[1], str) and said[1] in _COMPARES):
        return f"`sem_ver` does not know `{said[1]}`; it knows {' '.join(sorted(_COMPARES))}"
    if name == FRACTIONAL:
        return _unfair(said)
    return ""


def _unfair(said: Any) -> str:  # noqa: ANN401
    if not isinstance(said, list) or not said:
        return "`fractional` takes a list of variants, each with its weight"
    parts = said if isinstance(said[0], list) else said[1:]
    if not parts:
        return "`fractional` names no variant"
    for part in parts:
        if not (isinstance(part, list) and len(part) in (1, 2)):
            return '`fractional` takes `["variant", weight]` for each variant'
        weight = part[1] if len(part) == 2 else 1
        if isinstance(weight, bool) or not isinstance(weight, int | dict):
            return "a weight is a whole number"
        if isinstance(weight, int) and weight < 0:
            return "a weight is not below zero"
    return ""


def answers(rule: Any) -> Iterator[str]:  # noqa: ANN401
    """The variants that a rule names as its answer; what it computes is not known."""
    if isinstance(rule, str):
        yield rule
    if not isinstance(rule, dict) or len(rule) != 1:
        return
    ((name, said),) = rule.items()
    if name in ("if", "?:") and isinstance(said, list):
        thens = said[1::2]
        otherwise = said[-1:] if len(said) % 2 else []
        for inner in [*thens, *otherwise]:
            yield from answers(inner)
    elif name == FRACTIONAL:
        parts = said if isinstance(said[0], list) else said[1:]
        for part in parts:
            yield from answers(part[0])


def rollout(variant: str, otherwise: str, percent: float) -> dict[str, Any]:
    """So many of all users get a variant, the same ones each time, and more when it is more.

    Whom it concerns follows from the user's key and the flag's alone, so users of one flag's first
    tenth are not those of another's.
    """
    part = round(percent * WHOLE / 100)
    return {FRACTIONAL: [[variant, part], [otherwise, WHOLE - part]]}


def chosen(rules: Sequence[tuple[Mapping[str, Any], str]], otherwise: Any) -> Any:  # noqa: ANN401
    """The first rule that holds decides; then what is otherwise said."""
    if not rules:
        return otherwise
    said: list[Any] = []
    for when, variant in rules:
        said += [dict(when), variant]
    return {"if": [*said, otherwise]}
