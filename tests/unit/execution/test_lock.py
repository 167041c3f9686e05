"""One change at a time per environment."""

import os
import pwd

import msgspec
import pytest

from partywall.execution.lock import Holder, Locks
from partywall.execution.owner import Owner, myself, started
from partywall.model.errors import MachineFailed, Refused

DEAD = Owner(pid=2**22 + 7, start="1", user="root")


@pytest.fixture
def locks(tmp_path):
    return Locks(tmp_path, lambda: 1_700_000_000.0)


def test_a_lock_keeps_others_out_and_says_who_holds_it(locks):
    with locks.hold(["dev", "machine"], "up dev"), pytest.raises(Refused) as error:  # noqa: SIM117
        with locks.hold(["dev"], "down"):
            raise AssertionError
    text = str(error.value)
    assert "dev is being changed by `partywall up dev`" in text
    assert f"process {os.getpid()} of {myself().user}, since 2023-11-" in text
    assert "wait until it has ended" in text
    with locks.hold(["dev"], "down"):
        pass


def test_other_environments_are_free(locks):
    with locks.hold(["dev"], "up"), locks.hold(["prod"], "up"):
        assert locks.holder("dev").verb == "up"
        assert locks.holder("prod").owner.pid == os.getpid()


def test_whoever_fails_to_get_all_holds_none(locks):
    with locks.hold(["machine"], "up"):
        with pytest.raises(Refused), locks.hold(["machine", "dev"], "up"):
            raise AssertionError
        assert locks.holder("dev") is None
        with locks.hold(["dev"], "up"):
            pass
        assert locks.holder("machine") is not None


def test_nobody_holds_it_afterwards(locks):
    assert locks.holder("dev") is None
    with pytest.raises(ZeroDivisionError), locks.hold(["dev"], "up"):
        raise ZeroDivisionError
    assert locks.holder("dev") is None


def test_what_a_dead_one_left_is_no_obstacle(locks, tmp_path):
    (tmp_path / "locks").mkdir()
    stale = Holder(owner=DEAD, verb="up", since=1.0)
    (tmp_path / "locks/dev.lock").write_bytes(msgspec.json.encode(stale) + b" " * 200)
    assert locks.holder("dev") is None
    with locks.hold(["dev"], "down"):
        assert locks.holder("dev").verb == "down"


def test_a_holder_that_has_not_signed_yet_still_keeps_others_out(locks, tmp_path):
    with locks.hold(["dev"], "up"):
        (tmp_path / "locks/dev.lock").write_bytes(b'{"ow')
        with pytest.raises(Refused, match="by another `partywall`"), locks.hold(["dev"], "up"):
            raise AssertionError


def test_a_place_that_cannot_be_written_is_told(locks, tmp_path):
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/dev.lock").mkdir()
    with pytest.raises(MachineFailed, match="cannot open the lock"), locks.hold(["dev"], "up"):
        raise AssertionError


def test_a_full_disk_is_told(locks, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(MachineFailed, match="no space left"), locks.hold(["dev"], "up"):
        raise AssertionError


def test_a_process_is_told_from_a_later_one_of_the_same_number():
    assert myself().alive()
    assert not DEAD.alive()
    assert not msgspec.structs.replace(myself(), start="1").alive()
    assert started(DEAD.pid) == ""
    assert started(os.getpid()).isdigit()


def test_a_user_without_a_name_is_a_number(monkeypatch):
    def nobody(_):
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert myself().user == str(os.getuid())
