"""What evaluates flags is there, or it is said how it comes."""

from __future__ import annotations

import pytest

from partywall.system import flag_extra


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert flag_extra.refusal("prod/flags") is None
    monkeypatch.setattr(flag_extra, "NEEDS", ("openfeature", "never_heard_of"))
    said = flag_extra.refusal("prod/flags") or ""
    assert said.startswith("prod/flags needs what evaluates flags")
    assert "partywall[flags]" in said
