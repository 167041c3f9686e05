"""Rules of `$evaluators` in their places."""

from __future__ import annotations

import pytest
from openfeature.contrib.tools.flagd.core.model.flag_store import FlagStore

from partywall.flags.service.evaluators import put
from partywall.flags.service.unusable import Unusable


def referring(*names: str) -> dict[str, object]:
    return {"targeting": {"and": [{"$ref": name} for name in names]}}


def test_a_rule_stands_wherever_it_is_named() -> None:
    rule = {"in": ["@", {"var": "email"}]}
    flags = {"a": referring("r"), "b": {"targeting": {"$ref": "r"}}}
    assert put(flags, {"r": rule}) == {
        "a": {"targeting": {"and": [rule]}},
        "b": {"targeting": rule},
    }


@pytest.mark.parametrize("text", ["ü", "\n", "\\1", '"', "\ud83d\ude00"])
def test_letters_that_json_escapes_break_nothing(text: str) -> None:
    rule = {"==": [{"var": "x"}, text]}
    assert put(referring("r"), {"r": rule}) == {"targeting": {"and": [rule]}}


def test_no_rule_or_none_of_that_name_changes_nothing() -> None:
    assert put(referring("r"), None) == referring("r")
    assert put(referring("r"), {"other": {}}) == referring("r")


def test_rules_name_those_after_them_as_the_evaluator_has_it() -> None:
    rules = {
        "one": {"!": [{"$ref": "two"}]},
        "two": {"var": "x"},
        "three": {"!": [{"$ref": "one"}]},
    }
    flag = {"state": "ENABLED", "variants": {"on": True}, "defaultVariant": "on"}
    flags = {"f": {**flag, **referring("one", "three")}}
    store = FlagStore()
    store.update({"flags": flags, "$evaluators": rules})
    ours = put(flags, rules)
    assert isinstance(ours, dict)
    assert ours["f"]["targeting"] == store.flags["f"].targeting


def test_rules_that_multiply_without_end_are_refused() -> None:
    rules = {f"r{n}": referring(f"r{n + 1}", f"r{n + 1}") for n in range(60)}
    with pytest.raises(Unusable, match="million"):
        put(referring("r0"), rules)
