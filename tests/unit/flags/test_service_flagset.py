"""Sets of flags: what is refused, and what comes back of what is taken."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from openfeature.evaluation_context import EvaluationContext

from partywall.flags.service.definition import MOST, read
from partywall.flags.service.flagset import SaysNothing
from partywall.flags.service.unusable import Unusable

NOBODY = EvaluationContext()


def flag(**fields: object) -> dict[str, object]:
    return {
        "state": "ENABLED",
        "variants": {"on": True, "off": False},
        "defaultVariant": "on",
    } | fields


def defined(flags: object, **more: object) -> bytes:
    return json.dumps({"flags": flags, **more}).encode()


def value_of(value: object) -> object:
    found = read(defined({"x": flag(variants={"v": value}, defaultVariant="v")}))
    return found.evaluate("x", NOBODY).value


@pytest.mark.parametrize(
    "value",
    [True, False, "", "ü\ud800", 0, 1, -7, 10**30, 0.5, 1.0, 1e300, {}, {"a": [1, 1.0]}, [], [1.0]],
)
def test_a_value_comes_back_as_it_is_defined(value: object) -> None:
    found = value_of(value)
    assert found == value
    assert type(found) is type(value)


def test_variants_of_several_types_come_back_each_in_its_own() -> None:
    variants = {"int": 1, "float": 1.0, "bool": True, "text": "1", "object": {"a": 1}}
    found = read(defined({"x": flag(variants=variants, targeting={"var": "v"})}))
    for name, value in variants.items():
        said = found.evaluate("x", EvaluationContext("u", {"v": name}))
        assert (said.value, type(said.value), said.variant) == (value, type(value), name)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "`flags` is not an object"),
        (b'{"flags": []}', "`flags` is not an object"),
        (b'{"flags": {"x": 1}}', "flag 'x' is not an object"),
        (defined({"x": flag(variants=None)}), "flag 'x' has no variants"),
        (defined({"x": flag(variants={})}), "'variants'"),
        (defined({"x": flag(state="on")}), "'state'"),
        (defined({"x": flag(defaultVariant=7)}), "'defaultVariant'"),
        (defined({"x": flag(targeting=[1])}), "the targeting of flag 'x'"),
        (defined({"x": flag(odd=1)}), "odd"),
        (defined({"x": flag(metadata={"a": []})}), "Metadata"),
        (defined({}, metadata=[]), "metadata"),
        (defined({"x": flag()}, **{"$evaluators": [1]}), "`$evaluators`"),
        (b'{"flags": {"x": NaN}}', "not JSON"),
        (b'{"flags": {}, "metadata": {"a": 1e999}}', "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * (MOST + 1), "larger than 4 MiB"),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unusable, match=re.escape(why)):
        read(data)


@pytest.mark.parametrize("depth", [100, 300, 900])
def test_a_deep_one_is_taken_or_refused_but_never_breaks(depth: int) -> None:
    rules = {"r": {"!": [{"var": "x"}]}}
    nested = '{"a":' * depth + "1" + "}" * depth
    text = defined({"x": flag(variants={"v": "DEEP"})}, **{"$evaluators": rules})
    with contextlib.suppress(Unusable):
        assert len(read(text.replace(b'"DEEP"', nested.encode()))) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"targeting": {"if": [True, "absent"]}}, "GENERAL"),
        ({"defaultVariant": "absent"}, "GENERAL"),
        ({"variants": {"on": None}}, "GENERAL"),
        ({"targeting": {"no such operator": []}}, "PARSE_ERROR"),
        ({"targeting": {"-": [{"var": "t"}, {"var": "o"}]}}, "GENERAL"),
    ],
)
def test_a_definition_that_leads_nowhere_says_so(more: dict[str, Any], code: str) -> None:
    found = read(defined({"x": flag(**more)}))
    with pytest.raises(SaysNothing) as raised:
        found.evaluate("x", EvaluationContext("u", {"t": "text", "o": {}}))
    assert raised.value.code == code
    assert raised.value.details


def test_an_unknown_flag_is_not_found() -> None:
    with pytest.raises(SaysNothing) as raised:
        read(defined({})).evaluate("x", NOBODY)
    assert raised.value.code == "FLAG_NOT_FOUND"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"state": "DISABLED"}, "DISABLED"),
        ({"defaultVariant": None}, "DEFAULT"),
        ({"defaultVariant": ""}, "DEFAULT"),
        ({"defaultVariant": None, "targeting": {"if": [False, "on"]}}, "DEFAULT"),
    ],
)
def test_without_a_variant_the_default_of_the_app_holds(more: dict[str, Any], reason: str) -> None:
    said = read(defined({"x": flag(**more)})).evaluate("x", NOBODY)
    assert (said.value, said.variant, said.reason) == (None, "", reason)


def test_metadata_of_a_flag_goes_before_that_of_the_set() -> None:
    found = read(defined({"x": flag(metadata={"a": 1})}, metadata={"a": 0, "b": "set"}))
    assert dict(found.evaluate("x", NOBODY).metadata) == {"a": 1, "b": "set"}
    assert dict(found.metadata) == {"a": 0, "b": "set"}
