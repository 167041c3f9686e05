"""What PostgreSQL logged is put together into commands, with their locks, waits and failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.data.postgres.tracing import effects
from partywall.data.postgres.tracing.commands import commands
from partywall.data.postgres.tracing.entries import entries
from partywall.data.postgres.tracing.executed import sessions
from partywall.data.postgres.tracing.holding import taken
from partywall.data.postgres.tracing.relations import Relation, Tables
from partywall.data.postgres.tracing.sampler import Held

CAPTURES = Path(__file__).parents[2] / "captures" / "postgres"


def told(name):
    return sessions(entries((CAPTURES / f"{name}.csv").read_text()))


def scene(name):
    return commands(told(name).executed)


def texts(found):
    return [one.text for one in found]


def table(name, oid, rows=2000):
    return Relation(oid=oid, schema="public", name=name, kind="r", filenode=1, bytes=1, rows=rows)


def tables(found):
    """Those that were locked, by their numbers in the capture."""
    every = [lock.oid for one in found for event in one.events for lock in event.locks]
    return Tables({oid: table(f"t{oid}", oid) for oid in every})


def test_a_file_is_its_statements_and_the_last_one_failed():
    found = scene("psql")
    assert texts(found)[:3] == [
        "BEGIN", "ALTER TABLE users ADD nick text", "UPDATE users SET nick = 'a\nb'",
    ]  # fmt: skip
    assert [one.failure.code for one in found if one.failure] == ["23502"]
    assert texts(found)[-1] == "ALTER TABLE users ALTER phone SET NOT NULL"
    assert all(one.ended for one in found)
    inside = {one.transaction for one in found[:5]}
    assert len(inside) == 1
    assert inside != {""}


def test_a_lock_is_held_until_its_transaction_ends():
    found = scene("psql")
    locks = taken(found, tables(found), (), {})
    strong = [one for one in locks if one.mode == "AccessExclusiveLock"]
    first = found[1]
    assert strong[0].command == first.number
    assert strong[0].until == pytest.approx(found[4].until)
    assert strong[0].seconds > first.seconds


def test_a_rewrite_and_what_was_read_are_the_statement_s():
    found = scene("psql")
    known = tables(found)
    by_text = {one.text.split("\n")[0]: one for one in found}
    alter = by_text["ALTER TABLE orders ALTER id TYPE bigint"]
    assert effects.rewritten(alter, known)
    assert effects.wal(alter, ()) > 10_000
    assert effects.rewritten(by_text["ALTER TABLE users ADD nick text"], known) == ()
    reads = effects.read(by_text["CREATE INDEX CONCURRENTLY named ON users (name)"], known)
    assert max(reads.values()) >= 2000
    assert effects.patience(alter) == "0"
    assert effects.patience(found[0]) == ""


def test_one_statement_is_taken_apart_and_ends_where_it_failed():
    found = scene("whole")
    assert texts(found) == [
        "SET search_path = public",
        "ALTER TABLE users ADD nick text",
        "UPDATE users SET nick = name; DELETE FROM orders WHERE id = 1",
        "CREATE INDEX named ON users (name)",
        "ALTER TABLE users ALTER phone SET NOT NULL",
    ]
    assert [one.failure is not None for one in found] == [False] * 4 + [True]
    assert all(one.seconds >= 0 for one in found)
    assert sum(one.seconds for one in found) == pytest.approx(
        found[-1].until - found[0].started, abs=0.002
    )


def test_prepared_statements_have_one_duration_and_their_waits():
    found = scene("extended")
    updates = [one for one in found if one.text.startswith("UPDATE users SET name = $1")]
    assert len(updates) == 7
    (waited,) = [one for one in found if one.waits]
    assert waited.text.startswith("UPDATE users SET phone")
    assert waited.waited == pytest.approx(0.4, abs=0.1)
    assert waited.waits[0].oid
    assert waited.waits[0].holders
    assert waited.seconds >= waited.waited


def test_errors_at_every_stage_have_their_statement():
    failed = {one.text: one.failure.code for one in scene("extended") if one.failure}
    assert failed == {
        "SELEC 1": "42601",
        "SELECT oops": "42703",
        "SELECT 1 / $1::int - 1 / (id - 1) FROM users": "22012",
    }


def test_a_deadlock_is_the_failure_of_one():
    (failed,) = [one for one in scene("deadlock") if one.failure]
    assert failed.failure.code == "40P01"
    assert "waits for ShareLock" in failed.failure.detail


def test_who_was_ended_from_outside_has_run_until_then():
    found = scene("terminated")
    (slept,) = [one for one in found if "pg_sleep" in one.text]
    assert slept.failure.code == "57P01"
    assert slept.seconds == pytest.approx(0.3, abs=0.1)


def test_a_transaction_that_is_left_open_holds_until_its_session_ends():
    everything = told("terminated")
    found = commands(everything.executed)
    (alter,) = [one for one in found if one.text.startswith("ALTER")]
    (lock, *_) = taken([alter], tables(found), (), everything.ends)
    assert lock.seconds == pytest.approx(0.33, abs=0.1)


def test_what_was_only_seen_is_that_of_the_command_that_can_have_taken_it():
    found = [one for one in scene("psql") if one.text.startswith(("BEGIN", "UPDATE"))]
    begin, update = found
    seen = {"pid": update.pid, "oid": 5, "last": update.until, "first": update.until}
    held = [
        Held(mode="ExclusiveLock", granted=True, before=begin.started, **seen),
        Held(mode="ShareLock", granted=False, before=begin.started, **seen),
        Held(mode="RowExclusiveLock", granted=True, before=begin.started, **seen),
    ]
    (lock,) = taken(found, Tables({5: table("x", 5)}), held, {})
    assert (lock.command, lock.mode) == (update.number, "ExclusiveLock")


def test_what_is_no_whole_line_is_passed_over():
    assert list(entries("2026-01-01 10:00:00.000 UTC,short\n")) == []
    assert list(entries("")) == []
