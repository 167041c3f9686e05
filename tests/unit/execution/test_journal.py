"""What is written down, read back, and told after a crash."""

import os
import stat
import threading

import msgspec
import pytest

from fakes.worlds import two
from partywall.execution import history
from partywall.execution.journal import KEPT_RUNS, FileJournal
from partywall.model.errors import MachineFailed, Refused
from partywall.model.secret import Secret
from partywall.model.world import World
from partywall.planning.diff import plan

STEPS = plan(two(), World()).steps
HEAD = {"verb": "up", "scope": "dev", "world": two(), "goal": {"verb": "up", "files": ["a"]}}


def opened(home, now=1_700_000_000.0, **head) -> FileJournal:
    journal = FileJournal(home, lambda: now)
    journal.open(HEAD | head)
    return journal


def test_a_run_is_read_back(tmp_path):
    journal = opened(tmp_path)
    journal.begin(STEPS[0])
    journal.end(STEPS[0])
    journal.begin(STEPS[1])
    journal.fail(STEPS[1], "no room")
    journal.close("failed")
    run = history.last(tmp_path)
    assert run.head.world == two()
    assert run.head.goal == HEAD["goal"]
    assert (run.head.verb, run.head.scope, run.head.version) == ("up", "dev", 1)
    assert run.head.owner.pid == os.getpid()
    assert run.head.owner.alive()
    assert run.keys("end") == (STEPS[0].key,)
    assert run.keys("fail") == (STEPS[1].key,)
    assert run.outcome == "failed"
    assert run.crash_point == ()
    assert run.unfinished


def test_a_begin_without_an_end_is_the_crash_point(tmp_path):
    journal = opened(tmp_path)
    for step in STEPS[:3]:
        journal.begin(step)
    journal.end(STEPS[1])
    run = history.unfinished(tmp_path)
    assert [event.key for event in run.crash_point] == [STEPS[0].key, STEPS[2].key]
    assert run.outcome is None


def test_only_its_owner_reads_it(tmp_path):
    path = opened(tmp_path).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_was_run(tmp_path):
    assert history.last(tmp_path) is None
    assert history.unfinished(tmp_path) is None


def test_what_got_through_is_nothing_to_go_on_with(tmp_path):
    journal = opened(tmp_path)
    journal.begin(STEPS[0])
    journal.end(STEPS[0])
    journal.close("done")
    assert history.unfinished(tmp_path) is None
    opened(tmp_path, 1_700_000_001.0).close("failed")
    assert history.unfinished(tmp_path) is None


@pytest.mark.parametrize(("later", "left"), [("dev", None), (None, None), ("prod", "dev")], ids=str)
def test_a_later_run_that_got_through_covers_its_scope(tmp_path, later, left):
    opened(tmp_path)
    opened(tmp_path, 1_700_000_001.0, scope=later).close("done")
    run = history.unfinished(tmp_path)
    assert (run.head.scope if run else None) == left


def test_a_run_of_everything_is_not_covered_by_one_environment(tmp_path):
    opened(tmp_path, scope=None)
    opened(tmp_path, 1_700_000_001.0, scope="dev").close("done")
    assert history.unfinished(tmp_path).head.scope is None


def test_a_torn_last_line_is_passed_over(tmp_path):
    journal = opened(tmp_path)
    journal.begin(STEPS[0])
    whole = journal.path.read_bytes()
    for end in range(len(whole)):
        journal.path.write_bytes(whole[:end])
        run = history.last(tmp_path)
        lines = whole[:end].count(b"\n")
        assert (run is None) == (lines == 0)
        assert run is None or len(run.events) == lines - 1


@pytest.mark.parametrize("damage", [b"{]\n", b"\xff\xfe\n", b'{"event": 3, "at": 1}\n', b"\n"])
def test_damage_is_told_with_its_line(tmp_path, damage):
    journal = opened(tmp_path)
    with journal.path.open("ab") as file:
        file.write(damage)
    with pytest.raises(MachineFailed) as error:
        history.unfinished(tmp_path)
    assert str(error.value.where) == f"{journal.path}:2"
    assert "partywall up" in error.value.remedy


def test_a_damaged_head_is_told(tmp_path):
    journal = opened(tmp_path)
    journal.path.write_bytes(b'{"version": 1, "event": "open"}\n')
    with pytest.raises(MachineFailed) as error:
        history.last(tmp_path)
    assert str(error.value.where) == f"{journal.path}:1"
    journal.path.write_bytes(b"nonsense\n")
    with pytest.raises(MachineFailed):
        history.last(tmp_path)


def test_a_newer_journal_is_refused(tmp_path):
    journal = opened(tmp_path)
    journal.path.write_bytes(b'{"version": 99}\n')
    with pytest.raises(Refused, match="newer Partywall"):
        history.last(tmp_path)


def test_old_runs_are_dropped(tmp_path):
    names = [opened(tmp_path, 1_700_000_000.0 + n).run for n in range(KEPT_RUNS + 5)]
    left = sorted(path.stem for path in (tmp_path / "journal").iterdir())
    assert left == names[5:]
    assert names == sorted(names)


def test_two_runs_at_the_same_moment_are_two(tmp_path):
    assert opened(tmp_path).path != opened(tmp_path).path


def test_a_secret_is_never_written(tmp_path):
    with pytest.raises(TypeError):
        opened(tmp_path, goal={"password": Secret("hunter2")})


def test_a_closed_journal_takes_nothing_more(tmp_path):
    journal = opened(tmp_path)
    journal.close("done")
    with pytest.raises(MachineFailed, match="not open"):
        journal.begin(STEPS[0])


def test_several_threads_write_whole_lines(tmp_path):
    journal = opened(tmp_path)
    threads = [threading.Thread(target=journal.begin, args=(step,)) for step in STEPS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(history.last(tmp_path).keys("begin")) == {step.key for step in STEPS}


def test_a_full_disk_leaves_whole_lines(tmp_path, monkeypatch):
    journal = opened(tmp_path)
    journal.begin(STEPS[0])
    whole = journal.path.read_bytes()
    real = os.write

    def full(handle, data):
        if len(data) > 10:
            return real(handle, data[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(MachineFailed, match="no space left") as error:
            journal.begin(STEPS[1])
    assert "disk space" in error.value.remedy
    assert journal.path.read_bytes() == whole
    journal.begin(STEPS[1])
    assert len(history.last(tmp_path).events) == 2


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "journal").write_text("a file")
    with pytest.raises(MachineFailed):
        opened(tmp_path)
    (tmp_path / "journal").unlink()
    journal = FileJournal(tmp_path)
    journal.path.parent.mkdir()
    journal.path.write_text("already there")
    with pytest.raises(MachineFailed, match="cannot write the journal"):
        journal.open(HEAD)


def test_a_line_is_json_of_its_own(tmp_path):
    journal = opened(tmp_path)
    journal.begin(STEPS[0])
    line = msgspec.json.decode(journal.path.read_bytes().splitlines()[1])
    assert line == {
        "event": "begin",
        "at": 1_700_000_000.0,
        "key": "dev/network/in",
        "action": "create",
        "why": "new",
    }
