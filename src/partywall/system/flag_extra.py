"""Whether this machine's Python has what evaluates flags: an extra of this package."""

from __future__ import annotations

import importlib.util

NEEDS = ("openfeature", "json_logic", "cbor2", "mmh3", "semver")
"""The packages of which the service is made, wherever it runs."""


def refusal(who: str) -> str | None:
    """Why a service cannot run, in a sentence; None when it can."""
    if all(importlib.util.find_spec(one) for one in NEEDS):
        return None
    return (
        f"{who} needs what evaluates flags: `pip install 'partywall[flags]'` where partywall is "
        "installed"
    )
