"""SQL is split, shortened and understood as far as its outside goes."""

import pytest

from partywall.data.postgres.tracing import modes
from partywall.data.postgres.tracing.reading import (
    Named,
    changes_nothing,
    fits,
    shape,
    shortened,
    split,
    stated,
    verb,
    without_values,
    written,
)


def test_commands_end_where_no_text_and_no_comment_is():
    assert split(
        "SELECT 'a;b'; -- no; end\nSELECT \"x;\"; /* ; */ DO $a$ BEGIN; END $a$; SELECT E'\\';'"
    ) == ("SELECT 'a;b'", 'SELECT "x;"', "DO $a$ BEGIN; END $a$", "SELECT E'\\';'")
    assert split(" ;; -- nothing\n") == ()


def test_values_make_no_difference():
    assert shape("UPDATE a SET b = 'x' WHERE id IN (1, 2, 3)") == shape(
        "UPDATE a  SET b='it''s' -- why\n WHERE id IN (7)"
    )
    assert shape("SELECT $1 FROM a1") != shape("SELECT $1 FROM a2")


def test_a_password_is_not_shown():
    said = shortened("ALTER ROLE a PASSWORD 'secret'\n VALID UNTIL 'tomorrow'")
    assert said == "ALTER ROLE a PASSWORD '…' VALID UNTIL 'tomorrow'"
    assert shortened("x" * 50, 10) == "xxxxxxxxx…"


def test_the_first_word_says_what_it_is():
    assert verb("/* why */ -- so\n update a") == "UPDATE"
    assert verb("-- nothing") == ""
    assert changes_nothing("BEGIN")
    assert not changes_nothing("TRUNCATE a")


@pytest.mark.parametrize(
    ("sql", "tag", "is_it"),
    [
        ("CREATE UNIQUE INDEX a ON b (c)", "CREATE INDEX", True),
        ("create table a as select 1", "CREATE TABLE AS", True),
        ("INSERT INTO a VALUES ('CREATE INDEX')", "CREATE INDEX", False),
        ("DROP INDEX a", "CREATE INDEX", False),
    ],
)
def test_a_command_fits_its_tag(sql, tag, is_it):
    assert fits(sql, tag) is is_it


@pytest.mark.parametrize(
    ("sql", "names", "mode"),
    [
        ("TRUNCATE a, only B.c", [("", "a"), ("b", "c")], "ACCESS EXCLUSIVE"),
        ('TRUNCATE TABLE "A ""b""" CASCADE', [("", 'A "b"')], "ACCESS EXCLUSIVE"),
        ("LOCK TABLE a IN share row exclusive MODE NOWAIT", [("", "a")], "SHARE ROW EXCLUSIVE"),
        ("LOCK a", [("", "a")], "ACCESS EXCLUSIVE"),
        ("VACUUM FULL VERBOSE a", [("", "a")], "ACCESS EXCLUSIVE"),
        ("vacuum (verbose, full) a", [("", "a")], "ACCESS EXCLUSIVE"),
        ("CLUSTER a USING b", [("", "a")], "ACCESS EXCLUSIVE"),
        ("REINDEX (VERBOSE) TABLE a", [("", "a")], "SHARE"),
        ("REINDEX TABLE CONCURRENTLY a", [("", "a")], "SHARE UPDATE EXCLUSIVE"),
        ("VACUUM a", [], ""),
        ("SELECT 'TRUNCATE a'", [], ""),
    ],
)
def test_some_commands_say_what_they_lock(sql, names, mode):
    found = list(stated(sql))
    assert [(name.schema, name.name) for name, _ in found] == names
    assert {modes.said(one) for _, one in found} == ({mode} if mode else set())


def test_who_writes_where_is_read():
    assert written("WITH x AS (SELECT 1) UPDATE ONLY s.a SET b = 1") == (Named("s", "a"),)
    assert written("DELETE FROM a WHERE x = 'UPDATE b'") == (Named("", "a"),)
    assert written("DO $$ BEGIN UPDATE a SET b = 1; END $$") == ()


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Key (email)=(a@b.c) is duplicated.", "Key (email)=(…) is duplicated."),
        ("Key (a, b)=(1, x (y)) already exists.", "Key (a, b)=(…) already exists."),
        ("Failing row contains (1, Ada, null).", "Failing row contains (…)"),
        ('invalid input syntax for type uuid: "SW1"', 'invalid input syntax for type uuid: "…"'),
        ('value "70000" is out of range for type x', 'value "…" is out of range for type x'),
        ('column "phone" does not exist', 'column "phone" does not exist'),
    ],
)  # fmt: skip
def test_rows_are_not_repeated(said, left):
    assert without_values(said) == left


def test_modes_are_ordered_and_say_whom_they_keep_waiting():
    assert modes.strength("ShareLock") < modes.strength("AccessExclusiveLock")
    assert modes.strength("SIReadLock") == -1
    assert [str(modes.blocks(mode)) for mode in modes.MODES] == [
        *["nobody"] * 3, "other changes of the schema", *["writes"] * 3, "reads and writes",
    ]  # fmt: skip
    assert all(modes.spelled(modes.said(mode)) == mode for mode in modes.MODES)
