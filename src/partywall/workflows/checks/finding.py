"""What a check finds."""

from __future__ import annotations

from typing import Any

Finding = dict[str, Any]


def finding(
    check: str, what: str, remedy: str, *, environment: str = "", level: str = "wrong"
) -> Finding:
    """One finding; `level` is `wrong`, `warning` or `note`."""
    made = {"check": check, "level": level, "what": what, "remedy": remedy}
    return {**made, "environment": environment} if environment else made
