"""A warm `up` of the demo (all down, data there) against starting the same servers by hand."""

from __future__ import annotations

import contextlib

from benchmarks import machine
from benchmarks.by_hand import Programs
from benchmarks.demo import Demo
from benchmarks.measure import Compared, alternating, timed

LIMIT = 1.5
ROUNDS = 7


def compared(demo: Demo) -> Compared:
    """The demo is up before and after."""
    with contextlib.closing(Programs(demo)) as programs:
        demo.call("down", "--all", "--yes")
        by_partywall(demo)  # once each, so that files and bytecode are as they customarily are
        by_hand(programs)
        before = machine.quiet()
        ours, others = alternating(lambda: by_partywall(demo), lambda: by_hand(programs), ROUNDS)
        quiet = before.worse(machine.quiet())
    demo.call("up", "--yes")
    return Compared(
        name="warm `up` of the demo / the same servers by hand",
        ours=ours,
        others=others,
        limit=LIMIT,
        quiet=quiet,
    )


def by_partywall(demo: Demo) -> float:
    """Seconds of `up`; everything is down before and after."""
    seconds = timed(lambda: demo.call("up", "--yes"))
    demo.call("down", "--all", "--yes")
    return seconds


def by_hand(programs: Programs) -> float:
    """Seconds of a start by hand; everything is down before and after."""
    programs.prepare()
    try:
        return timed(programs.start)
    finally:
        programs.stop()
