"""Rules as the command line says them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openfeature.evaluation_context import EvaluationContext

from partywall.flags import targeting
from partywall.flags.service.definition import read
from partywall.model.errors import BadInput
from partywall.workflows.flags.conditions import condition, rule, users


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("plan is pro", {"==": [{"var": "plan"}, "pro"]}),
        ("plan is-not free", {"!=": [{"var": "plan"}, "free"]}),
        ("age above 17", {">": [{"var": "age"}, 17]}),
        ("age below 1.5", {"<": [{"var": "age"}, 1.5]}),
        ("beta is true", {"==": [{"var": "beta"}, True]}),
        ("email ends-with @x.org", {"ends_with": [{"var": "email"}, "@x.org"]}),
        ("name starts-with 'a b'", {"starts_with": [{"var": "name"}, "a b"]}),
        ("plan in pro,team", {"in": [{"var": "plan"}, ["pro", "team"]]}),
        ("age in 17,18", {"in": [{"var": "age"}, ["17", 17, "18", 18]]}),
        ("it in 1.5,true,x,", {"in": [{"var": "it"}, ["1.5", 1.5, "true", True, "x"]]}),
        ("plan in ' pro ,, team,'", {"in": [{"var": "plan"}, ["pro", "team"]]}),
        ("appVersion version-at-least 2.4", {"sem_ver": [{"var": "appVersion"}, ">=", "2.4"]}),
        ("user.country is DE", {"==": [{"var": "user.country"}, "DE"]}),
    ],
)
def test_a_condition_is_a_rule(said: str, made: dict[str, Any]) -> None:
    assert condition(said)[0] == made
    assert list(targeting.trouble(made, {})) == []


@pytest.mark.parametrize(
    "said", ["", "plan", "plan is", "plan is a b", "plan = pro", "1x is 2", "'", "a in ,"]
)
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        condition(said)


@pytest.mark.parametrize("age", [17, "17"])
def test_a_number_is_in_a_list_of_numbers(age: object) -> None:
    made, words = condition("age in 17,18,")
    assert words == "age in 17, 18"
    flag = {"variants": {"on": True, "off": False}, "defaultVariant": "off", "state": "ENABLED"}
    text = json.dumps({"flags": {"a": flag | {"targeting": {"if": [made, "on"]}}}})
    flags = read(text.encode())
    assert flags.evaluate("a", EvaluationContext("anna", {"age": age})).value is True
    assert flags.evaluate("a", EvaluationContext("anna", {"age": ""})).value is False


def test_users_are_named_by_their_keys() -> None:
    assert users(" anna, ben ,")[0] == {"in": [{"var": "targetingKey"}, ["anna", "ben"]]}
    with pytest.raises(BadInput, match="names nobody"):
        users(" ,")


def test_a_rule_is_taken_as_it_is() -> None:
    said = '{"and": [{"var": "a"}, {"!": [{"var": "b"}]}]}'
    assert rule(said) == ({"and": [{"var": "a"}, {"!": [{"var": "b"}]}]}, said)
    for wrong in ("{", "[]", "{}", '{"like": 1}', '{"!": "\udcff"}', '{"!": 1e999}'):
        with pytest.raises(BadInput):
            rule(wrong)


@pytest.mark.parametrize("levels", [60, 500, 5_000, 100_000])
def test_a_rule_without_bottom_is_refused(levels: int) -> None:
    with pytest.raises(BadInput, match="nested more than 100 deep"):
        rule('{"!": [' * levels + "1" + "]}" * levels)


def test_an_operator_is_a_word() -> None:
    with pytest.raises(BadInput, match="does not know"):
        rule('{"sem_ver": [{"var": "v"}, [">="], "1"]}')


def test_a_value_full_of_brackets_is_a_text() -> None:
    assert condition(f"a is {'[' * 5000}")[0] == {"==": [{"var": "a"}, "[" * 5000]}
