"""What is in force of a flag: its definition, and what people have said since."""

from __future__ import annotations

from typing import Any

import pytest
from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext

from partywall.flags.definitions import Defined, read
from partywall.flags.settings import (
    OFF,
    ON,
    PART,
    Rule,
    Setting,
    Settings,
    document,
    full,
    in_words,
)

FLAGS = read(
    b"""\
flags:
  upload: {variants: {on: true, off: false}, defaultVariant: off}
  staffed:
    variants: {on: true, off: false}
    defaultVariant: off
    targeting: {if: [{in: [{var: plan}, [pro]]}, "on"]}
  gone: {state: DISABLED, variants: {on: true, off: false}, defaultVariant: on}
  size: {variants: {small: 10, large: 50}, defaultVariant: small}
  bare: {variants: {a: x, b: y}}
""",
    "flags/common.yaml",
)
STAFF = Rule(when={"ends_with": [{"var": "email"}, "@x.org"]}, variant="on", said="email …")


def value(key: str, setting: Setting, user: str = "u1", **attributes: Any) -> Any:
    """What a user gets, by the evaluator itself."""
    core = FlagdCore()
    settings = Settings(flags={key: setting})
    core.set_flags(document(FLAGS, settings))
    context = EvaluationContext(user, attributes)
    if isinstance(next(iter(FLAGS.flags[key].variants.values())), bool):
        return core.resolve_boolean_value(key, False, context).value
    if key == "size":
        return core.resolve_integer_value(key, -1, context).value
    return core.resolve_string_value(key, "the app's", context).value


def test_where_nothing_is_said_the_definition_holds() -> None:
    assert value("upload", Setting()) is False
    assert value("staffed", Setting(), plan="pro") is True
    assert value("gone", Setting()) is False, "disabled: the app's default"
    assert value("bare", Setting()) == "the app's"


def test_on_is_for_everybody_whatever_was_targeted() -> None:
    on = Setting(mode=ON, variant="on")
    assert value("upload", on) is True
    assert value("staffed", on, plan="free") is True
    assert value("gone", on) is True, "who says on means it"
    assert value("size", Setting(mode=ON, variant="large")) == 50


def test_off_is_off_for_everybody_whoever_was_named() -> None:
    off = Setting(mode=OFF, rules=(STAFF,))
    assert value("upload", off, email="a@x.org") is False
    assert value("staffed", off, plan="pro") is False
    assert value("size", off) == 10
    assert value("bare", off) == "the app's", "no variant is off: the app decides"


def test_rules_come_first() -> None:
    named = Setting(rules=(STAFF,))
    assert value("upload", named, email="a@x.org") is True
    assert value("upload", named, email="a@y.org") is False
    assert value("staffed", named, email="a@y.org", plan="pro") is True, "then the definition's"
    out = Setting(mode=ON, variant="on", rules=(Rule(when=STAFF.when, variant="off", said="x"),))
    assert value("upload", out, email="a@x.org") is False
    assert value("upload", out) is True


def users(percent: float, key: str = "upload") -> set[str]:
    """Of 20,000 users those who get it."""
    core = FlagdCore()
    setting = Setting(mode=PART, variant="on", percent=percent)
    core.set_flags(document(FLAGS, Settings(flags={key: setting})))
    names = (f"user-{number}" for number in range(20_000))
    return {
        name
        for name in names
        if core.resolve_boolean_value(key, False, EvaluationContext(name)).value
    }


def test_a_part_is_that_part_the_same_users_and_more_when_it_is_more() -> None:
    tenth, half = users(10), users(50)
    assert abs(len(tenth) / 20_000 - 0.10) < 0.01
    assert abs(len(half) / 20_000 - 0.50) < 0.01
    assert tenth < half
    assert users(10) == tenth
    assert users(0) == set()
    assert len(users(100)) == 20_000


def test_the_first_tenth_of_one_flag_is_not_that_of_another() -> None:
    both = users(10) & users(10, "staffed")
    assert len(both) / 20_000 < 0.02


def test_whom_nobody_names_gets_what_is_off() -> None:
    core = FlagdCore()
    setting = Setting(mode=PART, variant="on", percent=99.0)
    core.set_flags(document(FLAGS, Settings(flags={"upload": setting})))
    assert core.resolve_boolean_value("upload", True, EvaluationContext()).value is False


@pytest.mark.parametrize(
    ("key", "setting", "words", "everybody"),
    [
        ("upload", Setting(), "off", "off"),
        ("staffed", Setting(), "targeted", ""),
        ("gone", Setting(), "disabled", ""),
        ("size", Setting(), "`small`", "small"),
        ("bare", Setting(), "the app's default", ""),
        ("upload", Setting(mode=ON, variant="on"), "on", "on"),
        ("size", Setting(mode=ON, variant="large"), "`large` for all", "large"),
        ("upload", Setting(mode=OFF, rules=(STAFF,)), "off", "off"),
        ("upload", Setting(mode=PART, variant="on", percent=12.5), "12.5 %", ""),
        ("upload", Setting(mode=PART, variant="on", percent=100.0), "100 %", "on"),
        ("upload", Setting(mode=PART, variant="on", percent=0.0), "0 %", "off"),
        ("upload", Setting(rules=(STAFF,)), "off and a rule", ""),
        ("upload", Setting(mode=ON, variant="on", rules=(STAFF, STAFF)), "on and 2 rules", ""),
        ("size", Setting(mode=PART, variant="large", percent=5.0), "`large` for 5 %", ""),
    ],
)
def test_it_is_said_in_a_few_words(key: str, setting: Setting, words: str, everybody: str) -> None:
    flag = FLAGS.flags[key]
    assert in_words(flag, setting) == words
    assert full(flag, setting) == everybody


def test_a_flag_of_which_nothing_is_said_is_not_kept() -> None:
    settings = Settings().having("upload", Setting(mode=ON, variant="on"), "1")
    assert settings.of("upload").mode == ON
    again = settings.having("upload", Setting(), "2")
    assert (again.flags, again.change) == ({}, "2")


def test_what_all_share_is_served_too() -> None:
    defined = Defined(flags=FLAGS.flags, metadata={"team": "club"})
    assert document(defined, Settings())["metadata"] == {"team": "club"}
