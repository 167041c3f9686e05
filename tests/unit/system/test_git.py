"""What git says, understood; how it is called is tried by the scenarios."""

from pathlib import Path

import pytest

from partywall.model.errors import BadInput, MachineFailed
from partywall.system import git


@pytest.mark.parametrize(
    ("said", "kind", "remedy"),
    [
        ("fatal: not a git repository (or any of the parent folders): .git", BadInput, "git init"),
        ("fatal: not a git repository: '.git/worktrees/dev'", MachineFailed, "run the same"),
        ("fatal: detected dubious ownership in repository at '/srv'", MachineFailed, "safe.dir"),
        ("warning: x\nerror: pathspec 'y' did not match", MachineFailed, "run the same command"),
        ("", MachineFailed, "run the same command"),
    ],
)
def test_what_people_often_meet_has_words_of_ours(said, kind, remedy):
    error = git._failure(said, Path("/srv"))
    assert isinstance(error, kind)
    assert remedy in error.remedy
