"""Env files: read as Compose reads them, written once and never over another."""

import re
import stat

import pytest

from partywall.compose.defaults import fresh
from partywall.compose.envfiles import (
    Wanted,
    is_secret,
    load,
    parse,
    text,
    understand_variables,
    unknown,
    write_new,
)
from partywall.compose.settings import EnvFile
from partywall.model.errors import BadInput, MachineFailed, Place

FILE = """\
# a comment
export EXPORTED=yes
PLAIN=plain value # trailing comment
HASH=a#b
SINGLE='$TAG stays # here'
DOUBLE="tag is ${TAG}\\nnew \\"line\\"" # why
DOLLARS=pa$$word
PRICE=5$
REFERENCE=${TAG}-${MISSING:-default}-$TAG
EMPTY=
SPACED = spaced
COLON: yaml-like
MULTI='first
second'
TAG
UNKNOWN_ALONE
LAST=x=y=z"""


def values(content, known=None):
    return {name: one.value for name, one in parse(content.encode(), ".env", known or {}).items()}


def test_every_form_that_compose_reads():
    assert values(FILE, {"TAG": "2"}) == {
        "EXPORTED": "yes",
        "PLAIN": "plain value",
        "HASH": "a#b",
        "SINGLE": "$TAG stays # here",
        "DOUBLE": 'tag is 2\nnew "line"',
        "DOLLARS": "pa$word",
        "PRICE": "5$",
        "REFERENCE": "2-default-2",
        "EMPTY": "",
        "SPACED": "spaced",
        "COLON": "yaml-like",
        "MULTI": "first\nsecond",
        "TAG": "2",
        "LAST": "x=y=z",
    }


def test_every_value_knows_its_line_and_does_not_print():
    found = parse(FILE.encode(), ".env", {"TAG": "2"})
    assert found["LAST"].place == Place(".env", 17)
    assert "plain" not in repr(found)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_and_byte_order_marks(ends):
    assert values("\ufeffA=1" + ends + "B='2'" + ends) == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("A=1\nB C=2", 2),
        ("=x", 1),
        ("A='x", 1),
        ('A=1\n\nB="x', 3),
        ("A='x'y", 1),
        ("1A=x", 1),
    ],
)
def test_a_line_that_makes_no_sense(content, line):
    with pytest.raises(BadInput) as caught:
        values(content)
    assert caught.value.where == Place(".env", line)
    assert caught.value.remedy
    assert "pass" not in str(caught.value)


def test_what_stands_for_nothing_is_told_without_the_value(tmp_path):
    first, second = tmp_path / ".env", tmp_path / ".env.dev"
    first.write_text("A=1\nB=pass$word\nC='$word'\nD=${E:-x}\n")
    second.write_text('F="$A"\nG="$$A ${B}"\nH="$WHO"\n')
    assert unknown([first, second, tmp_path / "none"]) == [
        ("B", Place(str(first), 2)),
        ("H", Place(str(second), 3)),
    ]


def test_unknown_names_are_blank_as_in_compose():
    assert parse(b"A=$NOWHERE-x", ".env", {})["A"].value == "-x"


def test_later_files_win_and_may_use_earlier_ones(tmp_path):
    (tmp_path / ".env").write_text("A=1\nB=2\n")
    (tmp_path / ".env.dev").write_text("B=3\nC=${A}${B}\n")
    files = [EnvFile(tmp_path / name, required=False) for name in (".env", ".env.dev", ".env.no")]
    assert {name: one.value for name, one in load(files).items()} == {"A": "1", "B": "3", "C": "13"}


def test_a_named_file_must_be_there(tmp_path):
    with pytest.raises(BadInput, match="is missing"):
        load([EnvFile(tmp_path / "x.env", required=True)])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("POSTGRES_PASSWORD", "hunter2", True),
        ("SESSION_SECRET", "abc", True),
        ("STRIPE_API_KEY", "sk_x", True),
        ("DATABASE_URL", "postgres://u:pw@db/x", True),
        ("DATABASE_URL", "postgres://u:${PW}@db/x", False),
        ("DATABASE_URL", "postgres://db/x", False),
        ("POSTGRES_PASSWORD", "", False),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/x", False),
        ("TOKEN_TTL", "3600", False),
        ("AUTH", "true", False),
        ("PORT", "8080", False),
        ("NAME", "x", False),
    ],
)
def test_what_is_secret(name, value, expected):
    assert is_secret(name, value) is expected


ANSWER = """{"DB_PASSWORD": {"Name": "DB_PASSWORD", "DefaultValue": "", "Required": true},
"LOG": {"Name": "LOG", "DefaultValue": "info"}, "SECRET_KEY": {"DefaultValue": "changeme"},
"NODE_ENV": {}, "POSTGRES_DB": {}, "MAIL_HOST": {}, "PARTYWALL_URL": {}}"""


def test_the_variables_that_a_project_wants():
    found = understand_variables(ANSWER)
    assert found[0] == Wanted(name="DB_PASSWORD", required=True)
    assert [one.name for one in found] == sorted(one.name for one in found)
    assert understand_variables("") == understand_variables("null") == ()
    with pytest.raises(MachineFailed):
        understand_variables("no")


def test_fresh_values_differ_fit_into_addresses_and_leave_gaps_to_people():
    wanted = understand_variables(ANSWER)
    prod = fresh(wanted, project="my-shop", production=True)
    dev = fresh(wanted, project="my-shop", production=False)
    assert prod["DB_PASSWORD"] != dev["DB_PASSWORD"]
    assert re.fullmatch(r"[A-Za-z0-9]{32}", prod["DB_PASSWORD"])
    assert prod["SECRET_KEY"] not in ("changeme", dev["SECRET_KEY"])
    assert (prod["NODE_ENV"], dev["NODE_ENV"]) == ("production", "development")
    assert prod["POSTGRES_DB"] == "my_shop"
    assert prod["MAIL_HOST"] is None
    assert "LOG" not in prod
    assert "PARTYWALL_URL" not in prod


def test_a_new_file_reads_back_and_is_private(tmp_path):
    path = tmp_path / ".env.dev"
    content = text({"A": "1", "B": None}, "dev")
    assert write_new(path, content)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert values(path.read_text()) == {"A": "1"}
    assert "# B=" in path.read_text()
    assert not write_new(path, "other")
    assert path.read_text() == content
    assert [file.name for file in tmp_path.iterdir()] == [".env.dev"]


def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(MachineFailed, match="cannot write"):
        write_new(tmp_path / "missing" / ".env", "x")
