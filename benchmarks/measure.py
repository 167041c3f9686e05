"""Two ways to do one thing, timed in turn, and the ratio of their medians; pure but for `timed`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

import msgspec

BUSY = 0.25
"""When others use more than this share of the cores, a ratio tells about them, not about us."""


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """How much others did on the machine, just before or after a measurement."""

    load: float
    """Processes that ran or wanted to, as the kernel averages them over a minute."""
    busy: float
    """Share of all cores that was in use while we did nothing, 0 to 1."""

    def worse(self, other: Quiet) -> Quiet:
        """The higher of both in each respect."""
        return Quiet(load=max(self.load, other.load), busy=max(self.busy, other.busy))


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison."""

    name: str
    ours: tuple[float, ...] = ()
    others: tuple[float, ...] = ()
    limit: float
    quiet: Quiet
    trouble: str = ""
    """Why it could not be measured at all."""
    reported: dict[str, float] = {}
    """Figures of this machine beside it, which are held against nothing."""

    @property
    def ratio(self) -> float | None:
        """Median against median, None when there is nothing to compare."""
        if not self.ours or not self.others:
            return None
        return median(self.ours) / median(self.others)

    @property
    def holds(self) -> bool | None:
        """Whether the ratio is within its limit; None when the machine was too busy to tell."""
        if self.ratio is None or self.quiet.busy > BUSY:
            return None
        return self.ratio <= self.limit

    @property
    def verdict(self) -> str:
        """The same in words."""
        if self.trouble:
            return f"not measurable: {self.trouble}"
        if self.holds is None:
            return f"load {self.quiet.load:.0f}: not measurable"
        return "yes" if self.holds else "no"

    def document(self) -> dict[str, object]:
        """What is kept in the results; no seconds, they would speak of the machine.

        But for those that are reported as what they are.
        """
        more = {"reported": self.reported} if self.reported else {}
        return more | {
            "name": self.name,
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "limit": self.limit,
            "holds": self.holds,
            "says": self.verdict,
            "rounds": len(self.ours),
            "load": round(self.quiet.load, 2),
            "busy_share": round(self.quiet.busy, 2),
        }


def timed(act: Callable[[], object]) -> float:
    """How many seconds it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def alternating(
    ours: Callable[[], float], others: Callable[[], float], rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Both in turn, so that whatever else the machine does meets both."""
    pairs = [(ours(), others()) for _ in range(rounds)]
    return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)


def table(rows: Sequence[Compared]) -> str:
    """The comparisons for people."""
    lines = [("COMPARED", "RATIO", "LIMIT", "HOLDS", "ROUNDS")]
    lines += [
        (
            row.name,
            "—" if row.ratio is None else f"{row.ratio:.2f}",
            f"{row.limit:g}",
            row.verdict,
            str(len(row.ours)),
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in (1, 2, 4) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
