"""Tides as sums of a few waves; heights in metres, times in minutes since the epoch."""

import math
from array import array

MINUTES = 60 * 24 * 365 * 4
"""Four years ahead."""
WAVES = ((12.4206, 1.0), (12.0, 0.35))
"""The moon's and the sun's: hours, and how high beside the moon's."""


class Harbour:
    """A place with its tides, minute by minute."""

    def __init__(self, name: str, height: float, late: float) -> None:
        """`height` of the moon's wave in metres; `late` after the moon in hours."""
        self.name = name
        self.height = height
        self.late = late
        self.table = array("d")

    def at(self, minute: int) -> float:
        """Height above the middle at a minute of the table's time."""
        hours = minute / 60 - self.late
        return self.height * sum(
            part * math.cos(2 * math.pi * hours / period) for period, part in WAVES
        )

    def fill(self) -> None:
        """Compute the whole table."""
        self.table = array("d", map(self.at, range(MINUTES)))

    def next_high(self, minute: int) -> int:
        """Minutes until the sea is next as high as it gets around then."""
        ahead = self.table[minute % MINUTES : minute % MINUTES + 60 * 13]
        return max(range(len(ahead)), key=ahead.__getitem__) if ahead else 0


def harbours() -> list[Harbour]:
    """All three, not yet computed."""
    return [
        Harbour("Brest", 2.1, 3.7),
        Harbour("Saint-Malo", 3.9, 5.9),
        Harbour("Cuxhaven", 1.3, 1.2),
    ]
