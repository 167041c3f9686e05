"""Runs every comparison and prints the ratios; `--write` keeps them in `benchmarks/results/`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import docker_up, flags, machine, scale, snapshots, turns, warm_up
from benchmarks.commands import against_nothing
from benchmarks.demo import standing
from benchmarks.measure import Compared, table

RESULTS = Path(__file__).with_name("results") / "latest.json"
VERSION = ("`partywall --version` / `python -c pass`", 6.0)
STATUS = ("`partywall status` of the running demo / `python -c pass`", 20.0)


def main() -> int:
    """1 when a ratio does not hold; what could not be judged is no failure, and is said."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    asked = parser.parse_args()
    # Users keep bytecode: where this is set, every command would be compiled anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rows = measured()
    print(table(rows))
    document = {"machine": machine.facts(), "compared": [row.document() for row in rows]}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    print(text)
    if asked.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text + "\n")
    return 1 if any(row.holds is False or row.trouble for row in rows) else 0


def measured() -> list[Compared]:
    """Every comparison, one after the other."""
    name, limit = STATUS
    rows = [
        tried(
            VERSION[0], VERSION[1], lambda: against_nothing(VERSION[0], ("--version",), VERSION[1])
        ),
        scale.compared(),
        tried(flags.EVALUATED[0], flags.EVALUATED[1], flags.compared),
    ]
    with standing() as demo:
        words = ("-C", str(demo.folder), "status")
        rows.append(tried(name, limit, lambda: against_nothing(name, words, limit)))
        rows.append(tried("warm `up`", warm_up.LIMIT, lambda: warm_up.compared(demo)))
    return [*rows, *of_snapshots(), *on_docker()]


def of_snapshots() -> list[Compared]:
    """Nothing where no file system can be mounted."""
    print(f"… {snapshots.OPENED[0]}", file=sys.stderr, flush=True)
    try:
        return snapshots.compared()
    except (OSError, RuntimeError) as error:
        name, limit = snapshots.OPENED
        return [Compared(name=name, limit=limit, quiet=machine.quiet(), trouble=str(error))]


def on_docker() -> list[Compared]:
    """Nothing where no engine answers: what was not tried is in no table."""
    if not docker_up.answers():
        return []
    switched = tried(turns.SWITCH[0], turns.SWITCH[1], turns.compared)
    print(f"… {docker_up.COLD[0]}", file=sys.stderr, flush=True)
    try:
        return [switched, *docker_up.compared()]
    except (OSError, RuntimeError) as error:
        quiet = machine.quiet()
        return [
            switched,
            *(
                Compared(name=name, limit=limit, quiet=quiet, trouble=str(error))
                for name, limit in (docker_up.COLD, docker_up.WARM)
            ),
        ]


def tried(name: str, limit: float, measure: Callable[[], Compared]) -> Compared:
    """The comparison, or why there is none: one that fails leaves the others their results."""
    print(f"… {name}", file=sys.stderr, flush=True)
    try:
        return measure()
    except (OSError, RuntimeError) as error:
        return Compared(name=name, limit=limit, quiet=machine.quiet(), trouble=str(error))


if __name__ == "__main__":
    sys.exit(main())
