"""A switch of `profiles` against `docker compose stop` and `up --wait` of the same services."""

from __future__ import annotations

from benchmarks import machine
from benchmarks.commands import run
from benchmarks.demo import Demo, placed
from benchmarks.measure import Compared, timed
from benchmarks.ports import free
from partywall.compose.cli import program
from partywall.engines.docker.profiles import UNIT

SWITCH = ("downtime of `switch` / `docker compose stop` and `up --wait`", 1.25)
_THERE_AND_BACK = ("dev", "prod")


def compared() -> Compared:
    """There and back by either, once each way's data and images are there."""
    http, https = free(2)
    settings = {
        "engine": "docker",
        "architecture": "profiles",
        "edge": {"tls": "off", "http": http, "https": https},
    }
    with placed(**settings) as demo:
        demo.call("up", "--yes")
        before = machine.quiet()
        ours = by_partywall(demo)
        demo.call("down", "--all", "--yes")
        others = by_hand(demo)
        quiet = before.worse(machine.quiet())
    return Compared(name=SWITCH[0], ours=ours, others=others, limit=SWITCH[1], quiet=quiet)


def by_partywall(demo: Demo) -> tuple[float, ...]:
    """Seconds without an answer, there and back; production stands before and after."""
    for name in _THERE_AND_BACK:  # the first time development's data are made
        demo.call("switch", name, "--yes")
    return tuple(
        float(demo.document("switch", name, "--yes")["away_seconds"]) for name in _THERE_AND_BACK
    )


def by_hand(demo: Demo) -> tuple[float, ...]:
    """Seconds until the other one is well, there and back; nothing stands before and after."""
    hand = _Hand(demo)
    try:
        hand.up("prod")
        return (hand.turn("prod", "dev"), hand.turn("dev", "prod"))
    finally:
        hand.compose("prod", "dev", words=("down",))


class _Hand:
    """The file with a profile for each environment, for Compose alone."""

    def __init__(self, demo: Demo) -> None:
        demo.call("render")
        self._place = str(demo.home / "rendered" / UNIT)

    def turn(self, one: str, other: str) -> float:
        """Seconds from the first that is stopped to the last that is well."""

        def turned() -> None:
            self.compose(one, words=("stop",))
            self.up(other)

        return timed(turned)

    def up(self, name: str) -> None:
        self.compose(name, words=("up", "--detach", "--wait"))

    def compose(self, *profiles: str, words: tuple[str, ...]) -> None:
        chosen = (word for name in profiles for word in ("--profile", name))
        run((str(program()), "--project-directory", self._place, *chosen, *words))
