"""Bytes and seconds as people say them."""

from __future__ import annotations

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_SPANS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def memory(amount: int | None) -> str:
    """An amount of memory given in bytes: `45 MiB`, `1.2 GiB`."""
    if amount is None:
        return ""
    size, unit = float(amount), 0
    while round(size) >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    digits = 1 if unit > 2 and size < 10 else 0
    return f"{size:.{digits}f} {_UNITS[unit]}"


def duration(seconds: float | None) -> str:
    """A time given in seconds, by its two largest units: `42 s`, `3 min 5 s`, `2 d 4 h`."""
    if seconds is None:
        return ""
    said: list[str] = []
    left = max(0, int(seconds))
    for length, unit in _SPANS:
        if left >= length or (said and len(said) < 2):
            said.append(f"{left // length} {unit}")
            left %= length
        if len(said) == 2:
            break
    return " ".join(part for part in said if not part.startswith("0 ")) or "0 s"


def stopwatch(seconds: float) -> str:
    """How long a step took, given in seconds: `0.4 s`, `12 s`, `3 min 5 s`."""
    return f"{seconds:.1f} s" if seconds < 9.95 else duration(round(seconds))
