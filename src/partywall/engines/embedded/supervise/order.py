"""Which programs may start now: those whose predecessors are settled, or have been waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .program import Program

PATIENCE_SECONDS = 15.0


class Order:
    """Remembers since when each program has been held back by others."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def may_start(self, key: str, unsettled: Iterable[str], now: float) -> bool:
        """Whether a program may start: nothing before it is unsettled, or patience is over."""
        if not any(True for _ in unsettled):
            self._since.pop(key, None)
            return True
        return now - self._since.setdefault(key, now) >= PATIENCE_SECONDS


def waves(programs: Mapping[str, Program]) -> list[list[str]]:
    """The keys in groups that may end together, those that others come after last.

    Keys in a circle end together in the last group.
    """
    left, groups = dict(programs), []
    while left:
        needed = {key for program in left.values() for key in program.after if key != program.key}
        group = sorted(key for key in left if key not in needed) or sorted(left)
        groups.append(group)
        for key in group:
            del left[key]
    return groups
