"""What a new env file says in place of a default, and what it must leave alone."""

import re

import pytest

from partywall.compose.defaults import fresh, replaceable
from partywall.compose.envfiles import Wanted, is_secret

USED_TWICE = """
environment:
  ROWS: ${ROWS:-postgresql://rows:open-sesame@db/rows}
  ROWS_PASSWORD: ${ROWS_PASSWORD:-open-sesame}
"""


@pytest.mark.parametrize(
    ("name", "default", "text", "kept"),
    [
        ("A_KEY", "", "A_KEY: ${A_KEY:-}", True),
        ("A_KEY", "", "A_KEY: ${A_KEY-}", True),
        ("A_KEY", "", "A_KEY: ${A_KEY}", False),
        ("A_KEY", "", "A_KEY: ${A_KEY:?say it}", False),
        ("A_KEY", "", "A_KEY: ${A_KEY:-}\nB: $A_KEY", False),
        ("A_KEY", "", "B: ${A_KEY_ID:-}\nA_KEY: ${A_KEY}", False),
        ("A_KEY", "", "", False),
        ("ROWS_PASSWORD", "open-sesame", USED_TWICE, True),
        ("ROWS_PASSWORD", "sesame", USED_TWICE, False),
        ("A_PASSWORD", "quiet", "PASSWORD: quiet  # ours\n", True),
        ("A_PASSWORD", "quiet", "- PASSWORD=quiet", True),
        ("A_PASSWORD", "quiet", "A_PASSWORD: ${A_PASSWORD:-quiet}", False),
        ("TLS_KEY", "/certs/one.key", "TLS_KEY: ${TLS_KEY:-/certs/one.key}", True),
    ],
)
def test_what_goes_by_a_default_is_left_alone(name, default, text, kept):
    found = list(replaceable([Wanted(name=name, default=default)], text))
    assert (not found) is kept


def test_a_key_that_is_another_ones_user_name_is_left_alone():
    wanted = [
        Wanted(name="STORE_ACCESS_KEY", default="keeper"),
        Wanted(name="STORE_USER", default="keeper"),
    ]
    assert [one.name for one in replaceable(wanted, "")] == []


def test_secrets_with_the_same_default_are_one():
    wanted = [
        Wanted(name="STORE_PASSWORD", default="deep"),
        Wanted(name="UPLOAD_SECRET", default="deep"),
        Wanted(name="A_SECRET"),
        Wanted(name="B_SECRET"),
    ]
    made = fresh(wanted, project="shop", production=True)
    assert made["STORE_PASSWORD"] == made["UPLOAD_SECRET"]
    assert len(set(made.values())) == 3


def test_a_default_says_in_what_shape_its_secret_is_wanted():
    made = fresh([Wanted(name="SEAL_KEY", default="0" * 64)], project="shop", production=True)
    assert re.fullmatch(r"[0-9a-f]{64}", made["SEAL_KEY"])


@pytest.mark.parametrize("name", ["API_KEY_RATE_LIMIT", "API_KEY_PREFIX"])
def test_what_is_said_about_a_key_is_no_key(name):
    assert not is_secret(name, "60/minute")
