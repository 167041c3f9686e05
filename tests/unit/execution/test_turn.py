"""Whose turn it is, on disk."""

import pytest

from partywall.execution import turn
from partywall.model.errors import MachineFailed, Refused


def test_it_is_nobody_s_turn_until_one_is_written_down(tmp_path):
    assert turn.read(tmp_path) == ""
    turn.write(tmp_path, "dev")
    assert turn.read(tmp_path) == "dev"
    turn.forget(tmp_path)
    turn.forget(tmp_path)
    assert turn.read(tmp_path) == ""


def test_a_file_that_is_damaged_or_newer_is_not_guessed_at(tmp_path):
    turn.path_of(tmp_path).write_text("{")
    with pytest.raises(MachineFailed, match=r"turn\.json|damaged|input"):
        turn.read(tmp_path)
    turn.path_of(tmp_path).write_text('{"version": 99, "on": "dev"}')
    with pytest.raises(Refused):
        turn.read(tmp_path)
