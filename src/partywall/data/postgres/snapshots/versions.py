"""Versions of PostgreSQL, as servers say them; pure."""

from __future__ import annotations

import re

_MAJOR = re.compile(r"\d+")


def major(version: str) -> int:
    """The number before the first dot, of `19beta1` and `20devel`, too; 0 where there is none."""
    found = _MAJOR.match(version)
    return int(found.group()) if found else 0
