"""What thresholds are compared with: numbers made of figures; pure."""

from __future__ import annotations

from collections import Counter

import msgspec

from partywall.proof.matrix import thresholds as t
from partywall.proof.matrix.figures import Effort, Figures, Walls
from partywall.proof.probe import Verdict


def beside_alone(figures: Figures) -> float:
    """Memory, in multiples of what production alone takes; infinite beside nothing."""
    alone = figures.alone.memory
    if alone:
        return figures.taken.memory / alone
    return float("inf") if figures.taken.memory else 1.0


def many_checkouts(figures: Figures) -> bool:
    """Whether files of checkouts take so much disk that they count."""
    return figures.taken.files_bytes > t.CHECKOUTS * figures.alone.disk


def on_data(walls: Walls) -> Counter[str]:
    """Verdict → attempts on data."""
    found: Counter[str] = Counter()
    for probe in t.DATA_WALLS:
        found.update(walls.probes.get(probe, {}))
    return found


def shared_walls(walls: Walls) -> list[str]:
    """The data walls in which something is shared by design."""
    return [name for name in t.DATA_WALLS if walls.probes.get(name, {}).get(Verdict.SHARED)]


def unshown(walls: Walls) -> list[str]:
    """The data walls at which something was tried, or ought to have been, and nothing held."""
    tried = {name: walls.probes.get(name, {}) for name in t.DATA_WALLS}
    return [name for name, found in tried.items() if any(found.values()) and not _held(found)]


def _held(found: dict[str, int]) -> int:
    return found.get(Verdict.HELD, 0)


def crossings(walls: Walls) -> int:
    """Attempts that came through, of every probe."""
    return sum(found.get(Verdict.CROSSED, 0) for found in walls.probes.values())


class Burden(msgspec.Struct, frozen=True, kw_only=True):
    """Points of complexity, by what they are for."""

    running: float
    lines: float
    rights: float
    manual: float

    @property
    def points(self) -> float:
        """All of them."""
        return self.running + self.lines + self.rights + self.manual


def burden(figures: Figures) -> Burden:
    """What there is to run beyond production, to write beyond `dual`, and to do by hand."""
    effort: Effort = figures.effort
    return Burden(
        running=t.A_COPY * _further(figures),
        lines=t.A_LINE * max(0, effort.settings_lines),
        rights=t.A_RIGHT * effort.rights,
        manual=t.BY_HAND * len(effort.manual),
    )


def _further(figures: Figures) -> float:
    """Programs beyond those of production alone, in multiples of them."""
    alone = max(1, figures.alone.running)
    return max(0, figures.taken.running - figures.alone.running) / alone
