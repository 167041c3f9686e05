"""How long each measurement looks, in the full form and the quick one."""

from __future__ import annotations

import msgspec


class Rounds(msgspec.Struct, frozen=True):
    """Of production at rest and beside a burning development, in turn."""

    rounds: int
    seconds: float


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, and how often."""

    settle: float
    """What has just started comes to rest."""
    looks: int
    """At memory, a second apart."""
    moments: int = 20
    """At which all environments are asked."""
    pause: float
    """Between two of them."""
    tail: float
    """After a deploy or a switch."""
    capacity: float
    """For which it is tried how much production can answer."""
    burn: Rounds | None
    """Of architectures at large; None: there is no time for it."""
    pair: Rounds
    """Of `dual` and of `limits`, which are compared."""
    estimate: float
    """What one architecture takes in all on a machine of two cores, without `pair`."""

    def rounds(self, name: str) -> Rounds | None:
        """Those of an architecture."""
        return self.pair if name in PAIR else self.burn

    def seconds(self, name: str) -> float:
        """About how long an architecture takes."""
        rounds = self.rounds(name) or Rounds(0, 0.0)
        return self.estimate + 2 * rounds.rounds * (rounds.seconds + 2.0)


PAIR = frozenset({"dual", "limits"})
"""The same, without and with a budget for development."""
FULL = Pace(
    settle=6.0, looks=6, pause=0.25, tail=3.0, capacity=4.0,
    burn=Rounds(3, 8.0), pair=Rounds(5, 30.0), estimate=90.0,
)  # fmt: skip
QUICK = Pace(
    settle=2.0, looks=3, pause=0.1, tail=1.0, capacity=2.0,
    burn=None, pair=Rounds(3, 4.0), estimate=60.0,
)  # fmt: skip


def pace(*, quick: bool) -> Pace:
    """The full one, or the quick one."""
    return QUICK if quick else FULL
