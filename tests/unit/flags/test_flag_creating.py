"""Definitions added to files; nothing else in them is touched."""

from __future__ import annotations

import pytest

from partywall.flags import definitions
from partywall.model.errors import BadInput
from partywall.workflows.flags.creating import Wanted, _in_json, _in_yaml, variants

WANTED = Wanted(key="new", variants={"on": True, "off": False}, default="off", owner="anna")


def test_the_first_flag_makes_the_file() -> None:
    made = _in_yaml(b"", WANTED, "flags/common.yaml")
    flag = definitions.read(made, "x").flags["new"]
    assert (flag.default, flag.owner, dict(flag.variants)) == (
        "off",
        "anna",
        {"on": True, "off": False},
    )


def test_what_is_there_stays_letter_by_letter() -> None:
    there = b"# ours\nflags:   # all\n  a: {variants: {x: 1}}  # one\n"
    made = _in_yaml(there, WANTED, "x")
    assert made.startswith(there)
    assert list(definitions.read(made, "x").flags) == ["a", "new"]
    assert made == _in_yaml(there.rstrip(b"\n"), WANTED, "x")


@pytest.mark.parametrize("there", [b"flags: {a: {variants: {x: 1}}}\n", b"flags:\nmetadata: {}\n"])
def test_where_it_cannot_be_added_it_is_shown(there: bytes) -> None:
    with pytest.raises(BadInput, match="last part") as caught:
        _in_yaml(there, WANTED, "x")
    assert "  new:" in caught.value.detail


def test_json_stays_json() -> None:
    made = _in_json(b'{"flags": {"a": {"variants": {"x": 1}}}}', WANTED)
    assert list(definitions.read(made, "x").flags) == ["a", "new"]
    assert list(definitions.read(_in_json(b"", WANTED), "x").flags) == ["new"]
    with pytest.raises(BadInput):
        _in_json(b"[]", WANTED)


def test_values_are_what_they_look_like_and_of_one_type() -> None:
    assert variants(()) == {"on": True, "off": False}
    assert variants(("s=10", "l=50")) == {"s": 10, "l": 50}
    assert variants(("a=x", "b=1")) == {"a": "x", "b": "1"}
    assert variants(('a={"c": 1}',)) == {"a": {"c": 1}}
    with pytest.raises(BadInput):
        variants(("a",))
