"""The life cycle in a few lines: observe, plan, write down, execute; and going on after a crash."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from partywall.execution import history, undo
from partywall.execution.executor import execute
from partywall.execution.journal import FileJournal
from partywall.interfaces import Clock, Engine, Journal, Progress, Switch
from partywall.model.plan import Plan, Step
from partywall.model.world import World
from partywall.planning.diff import plan
from partywall.planning.keep import destroy, keep


class RealClock(Clock):
    """The machine's own time."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class NoSwitch(Switch):
    """Where there is no edge nobody has to be led."""

    def follow(self, instance: str) -> None:
        """Nobody is led anywhere."""

    def lead(self, instance: str) -> None:
        pass

    def left(self, host: str, port: int, seconds: float) -> bool:
        return True


class Notes(Progress):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.threads: set[str] = set()

    def began(self, step: Step) -> None:
        self.threads.add(threading.current_thread().name)
        self.lines.append(f"began {step.key}")

    def ended(self, step: Step, seconds: float) -> None:
        assert seconds >= 0
        self.lines.append(f"ended {step.key}")

    def failed(self, step: Step, says: str) -> None:
        self.lines.append(f"failed {step.key}: {says}")

    def stopping(self) -> None:
        self.lines.append("stopping")


def carry_out(
    planned: Plan,
    engine: Engine,
    journal: Journal,
    *,
    progress: Progress | None = None,
    workers: int = 4,
) -> None:
    """Execute a plan whose journal is open."""
    execute(
        planned,
        engine.observer(),
        engine.performers(),
        journal,
        progress or Notes(),
        RealClock(),
        workers=workers,
    )


def goal_of(verb: str, desired: World, observed: World, scope: str | None) -> World:
    """The world that a verb wants."""
    match verb:
        case "down":
            return keep(observed, scope)
        case "destroy":
            return destroy(observed, scope)
        case _:
            return desired


def run(
    verb: str,
    engine: Engine,
    desired: World,
    journal: FileJournal,
    *,
    scope: str | None = None,
    workers: int = 4,
) -> Plan:
    """One verb from beginning to end; returns the plan that it carried out.

    Without changes nothing is written down, unless a run is open that is thereby brought to its
    end: one that was killed between its last step and its last line.
    """
    observed = engine.observer().observe()
    planned = plan(goal_of(verb, desired, observed, scope), observed, scope)
    if planned or history.unfinished(journal.path.parent.parent):
        journal.open({"verb": verb, "scope": scope, "world": observed, "goal": {"verb": verb}})
        carry_out(planned, engine, journal, workers=workers)
    return planned


def resume(engine: Engine, desired: World, home: Path) -> Plan | None:
    """Go on with what did not get through."""
    found = history.unfinished(home)
    if found is None:
        return None
    verb = undo.goal(found)["verb"]
    return run(verb, engine, desired, FileJournal(home), scope=found.head.scope)


def back(engine: Engine, home: Path) -> Plan | None:
    """Take back what did not get through."""
    found = history.unfinished(home)
    if found is None:
        return None
    desired = undo.start(found.head.world, engine.observer().observe())
    return run("undo", engine, desired, FileJournal(home), scope=found.head.scope)
