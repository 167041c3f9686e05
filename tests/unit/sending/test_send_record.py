"""What was sent is on record from before it leaves."""

from __future__ import annotations

import msgspec
import pytest

from partywall.data.postgres.snapshots import portable
from partywall.execution.owner import myself
from partywall.workflows.sending import record
from partywall.workflows.sending.record import Begun, Ended

BEGUN = Begun(
    id="one", at=1.0, snapshot="s", environment="prod", database="app", target="host:a",
    owner=myself(), rows=True, said="typed",
)  # fmt: skip
ENDED = Ended(id="one", at=2.0, outcome=record.DONE, bytes=7, sha256="00")


def test_nothing_was_sent_at_first(tmp_path):
    assert record.read(tmp_path) == []


def test_what_begins_is_under_way_and_then_done(tmp_path):
    record.write(tmp_path, BEGUN)
    (one,) = record.read(tmp_path)
    assert (one.begun, one.ended, one.state) == (BEGUN, None, record.UNDER_WAY)
    record.write(tmp_path, ENDED)
    (one,) = record.read(tmp_path)
    assert (one.ended, one.state) == (ENDED, record.DONE)
    assert (tmp_path / record.FILE).stat().st_mode & 0o777 == 0o600


def test_whoever_was_killed_broke_off(tmp_path):
    gone = msgspec.structs.replace(myself(), start="1")
    record.write(tmp_path, msgspec.structs.replace(BEGUN, owner=gone))
    assert record.read(tmp_path)[0].state == record.BROKEN


def test_half_a_line_harms_no_other(tmp_path):
    record.write(tmp_path, BEGUN)
    with (tmp_path / record.FILE).open("ab") as file:
        file.write(b'{"event":"begun","id":"tw')
    record.write(tmp_path, ENDED)
    (one,) = record.read(tmp_path)
    assert one.state == record.DONE


@pytest.mark.parametrize("rows", [True, False])
def test_rows_are_left_out_when_they_are_not_wanted(rows):
    said = portable.words("", rows=rows)
    assert said[:2] == ["pg_dump", "--format=custom"]
    assert ("--schema-only" in said) is not rows
    assert not any(word.startswith("--schema=") for word in said)


def test_of_a_database_that_others_are_in_only_ones_own_schema_leaves():
    assert '--schema="de""v"' in portable.words('de"v', rows=True)
