"""Which environments a proof is about, and so which attempts belong to it; pure."""

from __future__ import annotations

import msgspec


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """All that stand, or the walls of one of them, or those between several."""

    standing: tuple[str, ...]
    named: frozenset[str] = frozenset()
    """None: all. One: it against every other. Several: each against each other."""
    known: frozenset[str] = frozenset()
    """Every environment of the settings, whether or not it stands."""

    def holds(self, *ends: str) -> bool:
        """Whether attempts with these ends are made; what is no environment does not matter."""
        mine = set(ends) & (self.known | set(self.standing))
        if not mine <= set(self.standing):
            return False
        if len(self.named) == 1:
            return bool(self.named & mine)
        return not self.named or mine <= self.named

    def missing(self, *ends: str) -> str:
        """For want of which environment a proof of all makes no such attempts; empty: of none."""
        if self.named:
            return ""
        return next((end for end in ends if end in self.known and end not in self.standing), "")
