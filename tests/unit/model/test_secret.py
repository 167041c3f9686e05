"""Secrets do not print, and placeholders stand for them."""

import copy
import pickle

import pytest

from partywall.model.secret import (
    Secret,
    SecretRef,
    hide,
    looks_secret,
    references,
    resolve,
)

REF = SecretRef("DB_PASSWORD", 3)
URL = f"postgres://app:{REF}@db/app"


def lookup(ref):
    return Secret(f"value of {ref.name} {ref.version}")


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r:>20}".format, "{:>9}".format])
def test_a_secret_does_not_print(show):
    assert "hunter2" not in show(Secret("hunter2"))
    assert "****" in show(Secret("hunter2"))


def test_a_secret_is_not_copied_into_files():
    with pytest.raises(TypeError, match="secret store"):
        pickle.dumps(Secret("hunter2"))
    with pytest.raises(TypeError, match="secret store"):
        copy.copy(Secret("hunter2"))


def test_a_secret_is_revealed_and_compared():
    assert Secret("a").reveal() == "a"
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_a_placeholder_is_found_filled_and_hidden():
    assert references(URL) == {REF}
    assert resolve(URL, lookup) == "postgres://app:value of DB_PASSWORD 3@db/app"
    assert hide(URL) == "postgres://app:****@db/app"


def test_two_placeholders_side_by_side_are_two():
    text = f"{SecretRef('A', 1)}{SecretRef('A_V1', 12)}"
    assert references(text) == {SecretRef("A", 1), SecretRef("A_V1", 12)}


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "api_key", "JWT_SECRET", "KEY", "SALT"])
def test_telling_names(name):
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["LOG_LEVEL", "KEYBOARD", "PORT", "MONKEY_COUNT"])
def test_names_that_tell_nothing(name):
    assert not looks_secret(name)
