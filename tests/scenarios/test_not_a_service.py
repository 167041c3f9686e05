"""What is no running service is told as what it is."""

from __future__ import annotations

import pytest

from scenarios.installation import Installation

pytestmark = pytest.mark.scenario

EXTRA = """\
  debug:
    image: tiny
    profiles: [tools]
    x-partywall:
      role: worker
      run: python -I -S worker.py

volumes:
"""


@pytest.mark.parametrize(
    "words", [("exec", "dev", "prepare", "true"), ("restart", "dev", "prepare")]
)
def test_a_job_is_said_to_be_one(standing: Installation, words):
    said = (
        standing.call(*words, "--yes", code=2)
        if words[0] == "restart"
        else standing.call(*words, code=2)
    )
    text = " ".join(said.err.split())
    assert "`prepare` is a job" in text
    assert "`partywall logs dev prepare`" in text


def test_a_profile_that_is_not_enabled_is_named(standing: Installation):
    standing.edit("compose.yaml", "\nvolumes:\n", f"\n{EXTRA}")
    try:
        for words in (("exec", "dev", "debug", "true"), ("restart", "dev", "debug", "--yes")):
            text = " ".join(standing.call(*words, code=2).err.split())
            assert "`debug` has the profile tools" in text
            assert "profiles: [tools]" in text
    finally:
        standing.edit("compose.yaml", f"\n{EXTRA}", "\nvolumes:\n")


def test_what_is_nowhere_gets_the_nearest_name(standing: Installation):
    text = standing.call("restart", "dev", "wbe", "--yes", code=2).err
    assert "there is no service `wbe` in dev" in text
    assert "did you mean `web`?" in text
