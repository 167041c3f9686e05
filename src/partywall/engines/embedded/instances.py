"""Instances and jobs as processes under the supervisor."""

from __future__ import annotations

import time

import msgspec

from partywall.engines.embedded.running import Running
from partywall.engines.embedded.supervise.state import State
from partywall.interfaces import Records
from partywall.model.errors import MachineFailed
from partywall.model.world import AnyThing, Entry, Instance, Job
from partywall.system.decoding import decode

_STEADY_SECONDS = 0.5
"""How long a program that nothing asks must run: most that are wrong end sooner."""


class InstancePerformer:
    """Performs steps on instances."""

    kind: type[AnyThing] = Instance

    def __init__(self, running: Running) -> None:
        self._running = running

    def create(self, entry: Entry) -> None:
        """Start it and wait until it is healthy."""
        self._running.start(entry)
        assert isinstance(entry.thing, Instance)  # noqa: S101  (performers get their own kind)
        self._running.until(entry.thing, ready)

    def change(self, before: Entry, after: Entry) -> None:
        """Stop the old one, start the new one: this engine has a gap."""
        self._running.pause(before.thing.key)
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Start one that is described and does not run, or is not well."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Stop it and start it."""
        self._running.pause(entry.thing.key)
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Stop it for good."""
        self._running.stop(entry.thing.key)


class JobPerformer:
    """Performs steps on jobs: they are run, and remembered as done."""

    kind: type[AnyThing] = Job

    def __init__(self, running: Running, records: Records) -> None:
        self._running = running
        self._records = records

    def create(self, entry: Entry) -> None:
        """Run it to its end; it is remembered from the start, for what it leaves if it fails.

        Raises:
            MachineFailed: when it ends with another code than 0.
        """
        assert isinstance(entry.thing, Job)  # noqa: S101  (performers get their own kind)
        key = entry.thing.key
        self._records.put(msgspec.structs.replace(entry, running=False))
        self._running.start(entry)
        state = self._running.until(entry.thing, lambda state: state.finished)
        if state.last_exit:
            self._running.pause(key)
            raise self._running.unwell(key, f"it ended with exit code {state.last_exit}")
        self._remember(entry)

    def change(self, before: Entry, after: Entry) -> None:  # noqa: ARG002  (runs are independent)
        """Run it again, as it is now."""
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Run one that did not get through; one that did while nobody looked is not run twice."""
        if self._running.ended_well(entry.thing.key):
            self._remember(entry)
        else:
            self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Run it again."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Forget that it ran."""
        self._running.stop(entry.thing.key)
        self._records.drop(entry.thing.key)

    def _remember(self, entry: Entry) -> None:
        self._running.stop(entry.thing.key)
        self._records.put(entry)


def ready(state: State) -> bool:
    """It runs and its health check has said yes; without one it has not ended at once."""
    if not state.running or state.stale:
        return False
    if state.program is not None and state.program.health is not None:
        return state.healthy is True
    return state.started is not None and time.time() - state.started >= _STEADY_SECONDS


def thing_of(label: str) -> AnyThing:
    """What a program's label describes.

    Raises:
        MachineFailed: when the label is damaged.
    """
    try:
        thing: AnyThing = decode(label, AnyThing)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineFailed(
            f"a program's description is damaged: {error}", remedy="run `partywall up` again"
        ) from error
    return thing
