"""Previews on disk, and what an environment of a branch is called."""

import pytest

from partywall.execution import previews
from partywall.execution.previews import Preview, name_of
from partywall.model.errors import MachineFailed, Refused
from partywall.model.world import ENVIRONMENT_NAME, RESERVED

TAKEN = ("prod", "dev")


def preview(name, made=1.0):
    return Preview(name=name, branch=name, made=made, until=made + 1)


@pytest.mark.parametrize(
    ("branch", "name"),
    [
        ("feature/x", "feature-x"),
        ("Fix_It", "fix-it"),
        ("dev", "preview-dev"),
        ("all", "preview-all"),
        ("42-answers", "preview-42-answers"),
        ("___", "preview"),
    ],
)
def test_a_branch_becomes_a_label(branch, name):
    assert name_of(branch, TAKEN) == name


def test_names_are_short_and_never_those_of_others():
    long = "feature/" + "very-" * 20 + "long"
    names = [name_of(long, TAKEN), name_of(long + "er", TAKEN), name_of("a/b", ("a-b",))]
    names += [name_of("a.b", (*names, "a-b", "preview-a-b")), name_of("x" * 23 + "-" * 9, TAKEN)]
    assert len(set(names)) == 5
    for name in names:
        assert ENVIRONMENT_NAME.fullmatch(name)
        assert name not in (*RESERVED, *TAKEN, "a-b")


def test_what_was_written_is_read_the_oldest_first(tmp_path):
    assert previews.read(tmp_path) == {}
    with previews.changed(tmp_path) as every:
        every |= {"b": preview("b", 2.0), "a": preview("a", 3.0), "c": preview("c", 1.0)}
    assert list(previews.read(tmp_path)) == ["c", "b", "a"]
    with previews.changed(tmp_path) as every:
        del every["b"]
    assert list(previews.read(tmp_path)) == ["c", "a"]
    assert previews.path_of(tmp_path).stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_when_the_change_fails(tmp_path):
    def failing():
        with previews.changed(tmp_path) as every:
            every["a"] = preview("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert previews.read(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", MachineFailed),
        ('{"version":1,"previews":3}', MachineFailed),
        ('{"version":2}', Refused),
    ],
)
def test_a_record_that_is_damaged_or_newer_is_said(tmp_path, text, error):
    previews.path_of(tmp_path).write_text(text)
    with pytest.raises(error):
        previews.read(tmp_path)
