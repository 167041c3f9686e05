"""Command lines against an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import machine
from benchmarks.measure import Compared, alternating, timed

ROUNDS = 30
PARTYWALL = str(Path(sys.executable).with_name("partywall"))
NOTHING = (sys.executable, "-c", "pass")


def against_nothing(name: str, words: tuple[str, ...], limit: float) -> Compared:
    """`partywall …` against `python -c pass`."""
    ours, nothing = (PARTYWALL, *words), NOTHING
    for command in (ours, nothing, ours):  # bytecode and caches as they customarily are
        run(command)
    before = machine.quiet()
    mine, others = alternating(
        lambda: timed(lambda: run(ours)), lambda: timed(lambda: run(nothing)), ROUNDS
    )
    quiet = before.worse(machine.quiet())
    return Compared(name=name, ours=mine, others=others, limit=limit, quiet=quiet)


def run(command: tuple[str, ...]) -> None:
    """Run it to its end.

    Raises:
        RuntimeError: when it fails, with what it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        reason = (said or done.stderr.splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"`{' '.join(command)}` ended with {done.returncode}: {reason}")
