"""`up` of the example on Docker against `docker compose up` of the very same files, in sequence."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.commands import run
from benchmarks.demo import Demo, placed
from benchmarks.measure import Compared, timed
from benchmarks.ports import free
from partywall.compose.cli import program
from partywall.engines.docker import host

COLD = ("cold `up` on Docker / `docker compose up --wait` of the same files", 1.1)
WARM = ("`up` on Docker with nothing to do / the same `docker compose up`", 1.5)
ROUNDS = 5
_WARM_TIMES = 3
"""Of so many the median counts: one is over in a second or two."""


def answers() -> bool:
    """Whether there is an engine to compare on."""
    return host.SOCKET.exists()


def compared() -> list[Compared]:
    """Cold, and warm: each round makes everything by either, and takes it all away again."""
    with placed(**_settings()) as demo:
        units = Units(demo)
        first = Rounds(demo, units)
        first.both()  # images are built, files read, bytecode is written
        rounds = Rounds(demo, units)
        before = machine.quiet()
        for _ in range(ROUNDS):
            rounds.both()
        quiet = before.worse(machine.quiet())
    return [
        Compared(name=name, ours=tuple(ours), others=tuple(others), limit=limit, quiet=quiet)
        for (name, limit), ours, others in (
            (COLD, rounds.cold, rounds.cold_by_hand),
            (WARM, rounds.warm, rounds.warm_by_hand),
        )
    ]


class Rounds:
    """Seconds of each way, round by round."""

    def __init__(self, demo: Demo, units: Units) -> None:
        self._demo, self._units = demo, units
        self.cold: list[float] = []
        self.cold_by_hand: list[float] = []
        self.warm: list[float] = []
        self.warm_by_hand: list[float] = []

    def both(self) -> None:
        """Nothing stands before and after."""
        self.cold.append(timed(self._up))
        self._units.down()
        self.cold_by_hand.append(timed(self._units.up))
        self._up()  # what the other way leaves to do, such as the seed
        ours, others = [], []
        for _ in range(_WARM_TIMES):
            ours.append(timed(self._up))
            others.append(timed(self._units.up))
        self.warm.append(median(ours))
        self.warm_by_hand.append(median(others))
        self._demo.call("destroy", "--all", "--yes")
        self._demo.call("trash", "empty", "--yes")

    def _up(self) -> None:
        self._demo.call("up", "--yes")


class Units:
    """What was rendered of both environments and of the edge, for Compose alone."""

    def __init__(self, demo: Demo) -> None:
        rendered = demo.home / "rendered"
        self._places = [rendered / "prod", rendered / "dev", demo.commons / "rendered" / "edge"]

    def up(self) -> None:
        """Environments first: the edge joins their networks."""
        for place in self._places:
            self._compose(place, "up", "--detach", "--wait")

    def down(self) -> None:
        """All of it, with the data."""
        for place in reversed(self._places):
            self._compose(place, "down", "--volumes")

    def _compose(self, place: Path, *words: str) -> None:
        run((str(program()), "--project-directory", str(place), *words))


def _settings() -> dict[str, object]:
    http, https = free(2)
    edge = {"tls": "off", "http": http, "https": https}
    return {"project": f"bench{os.getpid()}", "engine": "docker", "edge": edge}
