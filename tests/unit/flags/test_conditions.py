"""Rules as the command line says them."""

from __future__ import annotations

from typing import Any

import pytest

from partywall.flags import targeting
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
        ("appVersion version-at-least 2.4", {"sem_ver": [{"var": "appVersion"}, ">=", "2.4"]}),
        ("user.country is DE", {"==": [{"var": "user.country"}, "DE"]}),
    ],
)
def test_a_condition_is_a_rule(said: str, made: dict[str, Any]) -> None:
    assert condition(said)[0] == made
    assert list(targeting.trouble(made, {})) == []


@pytest.mark.parametrize(
    "said", ["", "plan", "plan is", "plan is a b", "plan = pro", "1x is 2", "'"]
)
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        condition(said)


def test_users_are_named_by_their_keys() -> None:
    assert users(" anna, ben ,")[0] == {"in": [{"var": "targetingKey"}, ["anna", "ben"]]}
    with pytest.raises(BadInput, match="names nobody"):
        users(" ,")


def test_a_rule_is_taken_as_it_is() -> None:
    said = '{"and": [{"var": "a"}, {"!": [{"var": "b"}]}]}'
    assert rule(said) == ({"and": [{"var": "a"}, {"!": [{"var": "b"}]}]}, said)
    for wrong in ("{", "[]", "{}", '{"like": 1}'):
        with pytest.raises(BadInput):
            rule(wrong)
