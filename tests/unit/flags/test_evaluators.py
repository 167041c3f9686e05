"""Evaluators in the places where they are named, in whatever order they come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openfeature.evaluation_context import EvaluationContext

from partywall.flags import definitions, settings
from partywall.flags.definitions import read
from partywall.flags.evaluators import Evaluators, Unfit
from partywall.flags.service.definition import read as served
from partywall.flags.service.evaluators import put
from partywall.model.errors import BadInput

RULES: dict[str, Any] = {
    "one": {"and": [{"$ref": "two"}, {"!": [{"$ref": "four"}]}]},
    "two": {"or": [{"$ref": "three"}, {"$ref": "four"}]},
    "three": {"in": [{"var": "plan"}, {"$ref": "plans"}]},
    "four": {"var": "gone"},
    "plans": ["pro", "team"],
}


def test_it_is_the_same_as_where_the_service_does_it() -> None:
    rule = {"if": [{"$ref": "one"}, "on", {"$ref": "two"}, "off"]}
    assert Evaluators(RULES, 99).into(rule, ()) == put(rule, RULES)
    assert "$ref" not in json.dumps(Evaluators(RULES, 99).into(rule, ()))


def test_one_that_names_another_decides() -> None:
    for rules in (RULES, dict(reversed(RULES.items()))):
        said = {
            "$evaluators": rules,
            "flags": {
                "a": {
                    "variants": {"on": True, "off": False},
                    "defaultVariant": "off",
                    "targeting": {"if": [{"$ref": "one"}, "on"]},
                }
            },
        }
        defined = read(json.dumps(said).encode(), "flags/dev.json")
        document = settings.document(defined, settings.Settings())
        flags = served("".join(definitions.text(document)).encode())
        for plan, value in (("pro", True), ("free", False)):
            found = flags.evaluate("a", EvaluationContext("anna", {"plan": plan, "gone": False}))
            assert (found.value, found.variant) == (value, "on" if value else "off")


@pytest.mark.parametrize(
    ("rules", "path", "way"),
    [
        ({"a": {"$ref": "a"}}, ("$evaluators", "a"), "a → a"),
        (
            {"x": {"!": [{"$ref": "a"}]}, "a": {"$ref": "b"}, "b": {"and": [1, {"$ref": "a"}]}},
            ("$evaluators", "b", "and", 1),
            "`a` leads back to itself: a → b → a",
        ),
    ],
)
def test_one_that_leads_back_to_itself_is_refused(
    rules: dict[str, Any], path: tuple[str | int, ...], way: str
) -> None:
    with pytest.raises(Unfit, match=way) as caught:
        Evaluators(rules, 99)
    assert caught.value.path == path


def test_what_multiplies_or_deepens_without_end_is_refused() -> None:
    doubling = {f"r{n}": {"and": [{"$ref": f"r{n + 1}"}] * 2} for n in range(40)} | {"r40": 1}
    with pytest.raises(Unfit, match="more than 1000 values"):
        Evaluators(doubling, 1000)
    for order in (1, -1):
        long = {f"r{n}": {"!": [{"$ref": f"r{n + 1}"}]} for n in range(5000)} | {"r5000": 1}
        with pytest.raises(Unfit, match="more than 100 deep"):
            Evaluators(dict([*long.items()][::order]), 10_000)
    handed = {f"r{n}": {"$ref": f"r{n + 1}"} for n in range(5000)} | {"r5000": 1}
    with pytest.raises(Unfit, match="more than 100 deep"):
        Evaluators(handed, 10_000)
    some = Evaluators({"r": [1, 2, 3]}, 10)
    some.into({"$ref": "r"}, ())
    some.into({"$ref": "r"}, ())
    with pytest.raises(Unfit, match="this file are more than 10 values"):
        some.into({"$ref": "r"}, ())


@pytest.mark.parametrize(
    ("rules", "targeting", "line", "what"),
    [
        ("x: {$ref: y}\n  y:\n    '!': [{$ref: x}]", "{if: [{$ref: x}, a]}", 4, "x → y → x"),
        ("x: []\n  y: 1", "{fractional: [{$ref: x}, [a, 1]]}", 5, '`["variant", weight]`'),
        ("x: [1]\n  y: 1", "{$ref: x}", 5, "must be a mapping"),
        ("x: {if: [1, b]}\n  y: 1", "{$ref: x}", 5, "leads to `b`, which is no variant"),
    ],
)
def test_in_a_file_it_is_said_with_its_line(
    rules: str, targeting: str, line: int, what: str
) -> None:
    said = f"$evaluators:\n  {rules}\nflags:\n  f: {{variants: {{a: 1}}, targeting: {targeting}}}"
    with pytest.raises(BadInput) as caught:
        read(said.encode(), "dev.yaml")
    assert what in caught.value.what
    assert str(caught.value.where) == f"dev.yaml:{line}"
