"""Amounts as people write them: durations, sizes of memory, shares."""

from __future__ import annotations

import re

_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)", re.ASCII)
_WHOLE = re.compile(f"(?:{_PART.pattern})+", re.ASCII)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE | re.ASCII)
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%", re.ASCII)


def seconds(text: str) -> float:
    """`1m30s`, `500ms`, `7d` in seconds.

    Raises:
        ValueError: when it is no duration.
    """
    compact = text.strip().replace(" ", "")
    if compact == "0":
        return 0.0
    if not _WHOLE.fullmatch(compact):
        raise ValueError(f"{text!r} is no duration such as 30s, 1m30s, 12h or 7d")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(compact))


def memory(text: str) -> int:
    """`512M`, `1.5g`, `2GiB` in bytes; a unit is 1,024 of the one below, as in Docker.

    Raises:
        ValueError: when it is no size.
    """
    match = _MEMORY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size such as 512M or 2G")
    return int(float(match[1]) * 1024 ** " kmgt".index(match[2].lower() or " "))


def share(text: str) -> float | None:
    """`40%` as 0.4; None when it is no percentage.

    Raises:
        ValueError: when it is more than everything, or nothing.
    """
    match = _SHARE.fullmatch(text.strip())
    if match is None:
        return None
    percent = float(match[1])
    if not 0 < percent <= 100:
        raise ValueError(f"{text!r} is not between 1% and 100%")
    return percent / 100
