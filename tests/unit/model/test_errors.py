"""Every error says what, where and what to do, and has its exit code."""

import pytest

from partywall.model import errors
from partywall.model.errors import PartywallError, Place


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("PartywallError", 5),
        ("CheckFailed", 1),
        ("BadInput", 2),
        ("Refused", 3),
        ("HalfDone", 4),
        ("MachineFailed", 5),
    ],
)
def test_exit_codes(kind, code):
    assert getattr(errors, kind).code == code


def test_an_error_says_all_it_knows():
    error = PartywallError("port taken", where=Place("compose.yaml", 7), remedy="choose another")
    assert str(error) == "port taken\n  at: compose.yaml:7\n  do: choose another"


def test_an_error_says_no_more_than_it_knows():
    assert str(PartywallError("port taken")) == "port taken"
    assert str(Place("compose.yaml")) == "compose.yaml"
