"""Steps on instances and jobs, which are containers that Compose makes."""

from __future__ import annotations

import msgspec

from partywall.engines.docker.answering import readiness
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.making import Making
from partywall.engines.docker.ready import ready
from partywall.engines.docker.understand import Inspected, starts
from partywall.engines.docker.update import Update, gap
from partywall.interfaces import Records
from partywall.model.world import AnyThing, Entry, Instance, Job
from partywall.planning.lodging import hosts


class InstancePerformer:
    """Performs steps on instances."""

    kind: type[AnyThing] = Instance

    def __init__(self, making: Making, containers: Containers, update: Update) -> None:
        self._making = making
        self._containers = containers
        self._update = update

    def create(self, entry: Entry) -> None:
        """Have it made and wait until it is well."""
        self._making.make(entry)
        self._wait(entry)

    def change(self, before: Entry, after: Entry) -> None:
        """Have the old one replaced by the new one, without a gap where there may be two.

        Compose goes by a label of its own: of one whose labels were edited it sees no change.
        """
        answers = before.running and not before.faults
        if answers and not self.gap(after):
            self._update.replace(before, after)
        else:
            lodges = isinstance(after.thing, Instance) and bool(hosts(after.thing))
            self._making.make(after, anew=lodges or not self._containers.described(after))
            self._wait(after)

    def gap(self, entry: Entry) -> str:
        """Why it is away for a moment when it changes; empty when it is not."""
        instance = entry.thing
        assert isinstance(instance, Instance)  # noqa: S101  (performers get their own kind)
        if why := gap(instance, self._making.neighbours(entry)):
            return why
        path = self._containers.keeps(instance.key)
        return f"it keeps {path} in a volume without a name" if path else ""

    def start(self, entry: Entry) -> None:
        """Start one that stands still, wait for one that is starting, make an unwell one anew.

        What a broken-off update left beside it is taken away.
        """
        if self._update.finish(entry):
            return
        key = entry.thing.key
        well = any(ready(one) or starts(one) for one in self._containers.of(key))
        lost = self._containers.homeless(key)
        self._making.make(entry, anew=lost or (not well and self._runs(key)))
        self._wait(entry)

    def restart(self, entry: Entry) -> None:
        """Stop it and start it."""
        self._containers.restart(entry.thing.key, _grace(entry))
        self._wait(entry)

    def remove(self, entry: Entry) -> None:
        """Stop it for good."""
        self._containers.remove(entry.thing.key, _grace(entry))
        self._making.forget(entry)

    def _wait(self, entry: Entry) -> None:
        instance = entry.thing
        assert isinstance(instance, Instance)  # noqa: S101  (performers get their own kind)
        self._containers.until(entry.thing.key, readiness(instance))
        self._update.follow(entry)

    def _runs(self, key: str) -> bool:
        return any(one["State"].get("Running") for one in self._containers.of(key))


class JobPerformer:
    """Performs steps on jobs: they are run, and remembered as done."""

    kind: type[AnyThing] = Job

    def __init__(self, making: Making, containers: Containers, records: Records) -> None:
        self._making = making
        self._containers = containers
        self._records = records

    def create(self, entry: Entry) -> None:
        """Run it to its end; its container stays for its log, and so it is remembered at once.

        Raises:
            MachineFailed: when it ends with another code than 0.
        """
        key = entry.thing.key
        self._records.put(msgspec.structs.replace(entry, running=False))
        self._making.make(entry, anew=True)
        done = self._containers.until(key, ended, once=True)
        if code := done["State"].get("ExitCode"):
            raise self._containers.unwell(key, done, f"it ended with exit code {code}")
        self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:  # noqa: ARG002  (runs are independent)
        """Run it again, as it is now."""
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Run it again."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Run it again."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Forget that it ran."""
        self._containers.remove(entry.thing.key, _grace(entry))
        self._making.forget(entry)
        self._records.drop(entry.thing.key)


def ended(inspected: Inspected) -> bool:
    """Whether it is over, well or not."""
    return inspected["State"].get("Status") in {"exited", "dead"}


def _grace(entry: Entry) -> float:
    thing = entry.thing.instance if isinstance(entry.thing, Job) else entry.thing
    assert isinstance(thing, Instance)  # noqa: S101  (performers get their own kind)
    return thing.stop_grace
