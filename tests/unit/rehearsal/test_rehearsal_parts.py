"""The small parts of a rehearsal, each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.executed import Failure
from partywall.data.postgres.tracing.relations import Relation, Tables
from partywall.rehearsal import lint, sides, sources
from partywall.rehearsal.folding import folded
from partywall.rehearsal.judging.naming import _last as last_name
from partywall.rehearsal.judging.oldcode import _is_wider as is_wider
from partywall.rehearsal.reasons import FATAL, RISKS, Kind, Reason, Verdict, verdict
from partywall.rehearsal.seen import Seen, fewer, other_rows
from partywall.rehearsal.stage import Done


def command(text, number=1, **more):
    plain = {
        "session": "s", "pid": 1, "application": "", "session_start": 100.0, "transaction": "",
        "started": float(number), "seconds": 0.5, "ended": True,
    }  # fmt: skip
    return Command(number=number, text=text, **{**plain, **more})


def seen(**rows):
    every = [
        Relation(
            oid=number, schema="public", name=name, kind="r", filenode=1, bytes=1,
            rows=abs(count), exact=count >= 0,
        )
        for number, (name, count) in enumerate(rows.items())
    ]  # fmt: skip
    return Seen(tables=Tables({one.oid: one for one in every}))


def test_the_worst_reason_is_the_verdict():
    risk = Reason(kind=Kind.INDEX, what="x")
    assert verdict(()) is Verdict.SAFE
    assert verdict((risk,)) is Verdict.RISKY
    assert verdict((risk, Reason(kind=Kind.HEADS, what="y"))) is Verdict.FAILS
    assert not FATAL & set(RISKS)


def test_what_is_said_a_thousand_times_is_one_line():
    every = [command(f"UPDATE a SET b = {n}", n) for n in range(1, 6)]
    every.insert(2, command("CREATE INDEX i ON a (b)", 9))
    every.append(command("UPDATE a SET b = 9", 10, failure=Failure(code="1", message="no")))
    assert [(one.times, one.command.number) for one in folded(every)] == [(5, 1), (1, 9), (1, 10)]
    assert folded(every)[0].seconds == 2.5


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("character varying(40)", "character varying(80)", True),
        ("character varying(80)", "character varying(40)", False),
        ("character varying(80)", "text", True),
        ("character varying(80)", "character varying", True),
        ("text", "integer", False),
    ],
)
def test_a_wider_type_breaks_nobody(old, new, wider):
    assert is_wider(old, new) is wider


@pytest.mark.parametrize(
    ("identity", "name"),
    [("public.orders.note", "note"), ('public."a.b"."c ""d"""', 'c "d"'), ("x", "x")],
)
def test_the_last_part_of_a_name(identity, name):
    assert last_name(identity) == name


def test_whose_a_session_is():
    every = [
        command("SELECT 1", 1, session="a", application=sides.TRAFFIC),
        command("ALTER TABLE x ADD y text", 2, session="b", application=sides.MIGRATION),
        command("SELECT 1", 3, session="c", application="own name"),
    ]
    mine, theirs = sides.apart(every, 100.0, traffic=True)
    assert [(one.session, one.number) for one in (*mine, *theirs)] == [("b", 1), ("a", 2), ("c", 3)]
    assert sides.apart(every, 100.0, traffic=False) == (tuple(every), ())


def test_rows_that_are_gone_are_seen_where_they_were_counted():
    before, after = seen(a=10, b=10, c=-10, d=-10), seen(a=9, b=11, c=4, d=6)
    assert [(one.name, left) for one, left in fewer(before, after)] == [("a", 9), ("c", 4)]
    assert other_rows(before, after) == ("a", "b")


def test_a_statement_is_found_where_it_stands():
    written = {
        "migrations/1.sql": "-- one\nALTER TABLE a\n    ADD b text;\nDROP TABLE c;\n",
        "app.py": "x = 1\nop.execute('drop table d')\n",
    }
    assert str(sources.place("alter table a add b text", written)) == "migrations/1.sql:2"
    assert str(sources.place("DROP TABLE d", written)) == "app.py:2"
    assert sources.place("DROP TABLE e", written) is None
    assert sources.place("COMMIT", written) is None


def test_sources_are_read_without_what_others_wrote(tmp_path):
    for name in ("b.py", "z/a.sql", "node_modules/x.js", ".git/y.sql", "readme.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    assert list(sources.texts(tmp_path)) == ["z/a.sql", "b.py"]
    assert sources.texts(Path("/nowhere")) == {}


def test_the_linter_s_answer_is_about_commands():
    asked = [command("SET lock_timeout = 1"), command("ALTER TABLE a\nADD b text", 2)]
    answer = [
        {"line": 2, "rule_name": "r", "message": "m", "help": None, "file": "x"},
        {"line": 0, "rule_name": "syntax-error", "message": "m", "help": None},
        {"line": 9, "rule_name": "r", "message": "m"},
    ]
    (hint,) = lint.understood(json.dumps(answer), asked)
    assert (hint.rule, hint.statement, hint.text) == ("r", 2, "ALTER TABLE a ADD b text")
    assert list(lint.understood("", asked)) == []


@pytest.mark.parametrize(
    ("out", "err", "said"),
    [
        ("", "", "it wrote nothing"),
        ("one\ntwo\n", "\n ^ \n", "two"),
        ("done", "ERROR: no\nLINE 1: x\n   ^", "ERROR: no"),
        ("", "Error: Key (a)=(b) exists", "Error: Key (a)=(…) exists"),
    ],
)
def test_the_last_words_of_a_program(out, err, said):
    assert Done(code=1, out=out, err=err).last_words == said


def test_reasons_are_plain_values():
    reason = Reason(kind=Kind.INDEX, what="x", statement=1)
    assert msgspec.to_builtins(reason)["kind"] == "index"
