"""Two hundred flags of every kind that flagd knows, and users to ask them for; always the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

SEED = 20_261_128
FLAGS = 200
Rule = Any
VALUES: dict[str, tuple[Any, ...]] = {
    "boolean": (True, False),
    "string": ("", "red", "grün", 'q"uote\\', "😀", "  spaces  "),
    "integer": (0, 1, -5, 2**40, 7),
    "float": (0.5, 1.0, -2.25, 1e-9, 3e21),
    "object": ({"a": 1, "b": [1, 1.0, None, "x"]}, {}, {"deep": {"er": {"list": []}}}, [1, "two"]),
}
RULES = {
    "adult": {">=": [{"var": "age"}, 18]},
    "ours": {"ends_with": [{"var": "email"}, "@example.org"]},
    "pro": {"in": [{"var": "plan"}, ["pro", "team"]]},
}


class Case(NamedTuple):
    """One flag and the type that an app asks for it with."""

    key: str
    type: str
    flag: dict[str, Any]


class User(NamedTuple):
    """Somebody a flag is asked for; a key of None is nobody in particular."""

    key: str | None
    attributes: dict[str, Any]


def definition() -> tuple[dict[str, Any], list[Case]]:
    """A whole definition and its cases."""
    chosen = random.Random(SEED)
    cases = [_case(chosen, number) for number in range(FLAGS)]
    flags = {case.key: case.flag for case in cases}
    metadata = {"set": "generated", "version": 3, "beta": True}
    return {"flags": flags, "metadata": metadata, "$evaluators": RULES}, cases


def users() -> list[User]:
    """A dozen, one of them without a targeting key."""
    chosen = random.Random(SEED + 1)
    return [User(None, _attributes(chosen)), User(None, {})] + [
        User(f"user-{chosen.randrange(10**6)}", _attributes(chosen)) for _ in range(10)
    ]


def _attributes(chosen: random.Random) -> dict[str, Any]:
    found = {
        "age": chosen.choice((7, 17, 18, 40, 40.5, "18")),
        "email": chosen.choice(("a@example.org", "b@example.com", "", None)),
        "plan": chosen.choice(("free", "pro", "team")),
        "version": chosen.choice(("1.2.3", "v2.0.0", "2.1", "2.0.0-rc.1", "nonsense")),
        "country": chosen.choice(("ch", "de", "at")),
        "tags": chosen.sample(["new", "old", "staff"], chosen.randrange(3)),
        "seat": {"row": chosen.randrange(5), "column": {"letter": chosen.choice("abc")}},
        "beta": chosen.choice((True, False)),
    }
    return {name: value for name, value in found.items() if chosen.random() < 0.9}


def _case(chosen: random.Random, number: int) -> Case:
    kind = [*VALUES][number % len(VALUES)]
    rule = SHAPES[number // len(VALUES) % len(SHAPES)]
    names = ["true", "false"] if rule is _bare else ["a", "b", "c"]
    values = VALUES[kind]
    flag = {
        "state": "DISABLED" if number % 17 == 5 else "ENABLED",
        "variants": {name: chosen.choice(values) for name in names},
    }
    if number % 9:
        flag["defaultVariant"] = chosen.choice(names) if number % 19 else "nowhere"
    if found := rule(chosen):
        flag["targeting"] = found
    if number % 3 == 0:
        flag["metadata"] = {"owner": f"team-{number}", "version": number / 2, "beta": False}
    return Case(f"{kind}-{number}", kind, flag)


def _static(_chosen: random.Random) -> Rule:
    return None


def _equal(chosen: random.Random) -> Rule:
    country = chosen.choice(("ch", "de"))
    return {"if": [{"==": [{"var": "country"}, country]}, "a", "b"]}


def _within(_chosen: random.Random) -> Rule:
    return {"if": [{"in": ["staff", {"var": "tags"}]}, "a", {"in": ["x", {"var": "email"}]}, "b"]}


def _joined(chosen: random.Random) -> Rule:
    both = {"and": [{"==": [{"var": "plan"}, "pro"]}, {"!": [{"var": "beta"}]}]}
    either = {"or": [both, {">": [{"var": "age"}, chosen.randrange(10, 40)]}]}
    return {"if": [either, "b", {"!!": {"var": "tags"}}, "c", None]}


def _deep(chosen: random.Random) -> Rule:
    letter = {"==": [{"var": "seat.column.letter"}, chosen.choice("abc")]}
    row = {"<": [{"var": ["seat.row", 9]}, 3]}
    return {"if": [{"and": [letter, row]}, "a", {"!=": [{"var": "seat"}, None]}, "b", "c"]}


def _parts(chosen: random.Random) -> Rule:
    by = {"cat": [{"var": "$flagd.flagKey"}, {"var": "targetingKey"}]}
    one = chosen.randrange(101)
    return {"fractional": [by, ["a", one], ["b", 100 - one]]}


def _short(chosen: random.Random) -> Rule:
    return {"fractional": [["a", chosen.randrange(1, 50)], ["b", 50], ["c", 1]]}


def _shortest(_chosen: random.Random) -> Rule:
    return {"fractional": [["a"], ["b"], ["c"]]}


def _starts(chosen: random.Random) -> Rule:
    return {"if": [{"starts_with": [{"var": "email"}, chosen.choice("ab")]}, "a", "b"]}


def _ends(chosen: random.Random) -> Rule:
    end = chosen.choice((".org", ".com"))
    return {"if": [{"ends_with": [{"var": "email"}, end]}, "c", "b"]}


def _version(chosen: random.Random) -> Rule:
    sign = chosen.choice(("=", "!=", "<", "<=", ">", ">=", "^", "~"))
    return {"if": [{"sem_ver": [{"var": "version"}, sign, "2.0.0"]}, "a", "b"]}


def _named(chosen: random.Random) -> Rule:
    one, other = chosen.sample([*RULES], 2)
    return {"if": [{"and": [{"$ref": one}, {"!": [{"$ref": other}]}]}, "a", {"$ref": one}, "b"]}


def _bare(_chosen: random.Random) -> Rule:
    return {"==": [{"var": "beta"}, True]}


def _nowhere(_chosen: random.Random) -> Rule:
    return {"if": [{"var": "beta"}, "nowhere", "a"]}


def _within_parts(chosen: random.Random) -> Rule:
    return {"if": [{"$ref": "pro"}, _short(chosen), {"if": [False, "a"]}]}


def _broken(chosen: random.Random) -> Rule:
    wrong = chosen.choice(({"no such operator": [1]}, {"-": [{"var": "plan"}, {"var": "seat"}]}))
    return {"if": [{"==": [wrong, 1]}, "a", "b"]}


SHAPES: tuple[Callable[[random.Random], Rule], ...] = (
    _static,
    _equal,
    _within,
    _joined,
    _deep,
    _parts,
    _short,
    _shortest,
    _starts,
    _ends,
    _version,
    _named,
    _bare,
    _nowhere,
    _within_parts,
    _broken,
)
"""Ways to choose a variant."""
