"""What several environments have in common is found once."""

from __future__ import annotations

from partywall.workflows.checks.finding import finding
from partywall.workflows.doctor import once


def test_one_finding_names_every_environment_that_has_it() -> None:
    open_ = [finding("env files", ".env", "chmod", environment=name) for name in ("prod", "dev")]
    other = finding("env files", ".env.dev", "chmod", environment="dev")
    disk = finding("disk", "full", "make room")
    assert once([open_[0], disk, other, open_[1]]) == [
        {**open_[0], "environment": "prod, dev"},
        disk,
        other,
    ]
