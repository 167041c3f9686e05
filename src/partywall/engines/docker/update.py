"""An instance is replaced without a gap: the next one beside the former one, then the switch."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.engines.docker.answering import readiness
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.making import Making
from partywall.engines.docker.ready import ready
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Switch
from partywall.model.app import Role
from partywall.model.errors import MachineFailed, PartywallError
from partywall.model.world import Entry, Instance, Job, name_of
from partywall.planning.lodging import hosts

_TWICE = frozenset({Role.WEB, Role.APP, Role.FILES})
"""Services of which two may answer at the same time."""


def gap(instance: Instance, neighbours: Iterable[Entry]) -> str:
    """Why there must not be two of an instance for a moment; empty when there may; pure.

    Data that several services write are made for it; what one alone writes may not be (SQLite).
    """
    if instance.role not in _TWICE:
        return f"a {instance.role.value} must not run twice"
    if lived_with := hosts(instance):
        return f"it lives with {min(lived_with)}"
    lodgers = [name_of(one.thing.key) for one in neighbours if _lives_with(one.thing, instance)]
    if lodgers:
        return f"{min(lodgers)} lives with it"
    if instance.published:
        return f"port {instance.published[0].published} of the host can be had once"
    own = _written(instance)
    shared = {
        source
        for entry in neighbours
        if entry.thing.key != instance.key
        for source in _written(entry.thing)
    }
    alone = sorted(own - shared)
    return f"nobody else writes to {alone[0]}" if alone else ""


def _lives_with(thing: object, host: Instance) -> bool:
    return isinstance(thing, Instance) and host.service in hosts(thing)


def _written(thing: object) -> set[str]:
    instance = thing.instance if isinstance(thing, Job) else thing
    if not isinstance(instance, Instance):
        return set()
    return {
        mount.source
        for mount in instance.mounts
        if mount.kind in ("volume", "bind") and mount.source and not mount.read_only
    }


class Update:
    """Replaces instances while they answer."""

    def __init__(self, making: Making, containers: Containers, switch: Switch) -> None:
        self._making = making
        self._containers = containers
        self._switch = switch

    def replace(self, before: Entry, entry: Entry) -> None:
        """Start the next one, wait until it is well, lead visitors there, let the former one end.

        Raises:
            MachineFailed: when the next one does not become well; the former one serves on.
        """
        key, instance = entry.thing.key, entry.thing
        assert isinstance(instance, Instance)  # noqa: S101  (performers get their own kind)
        former = self._containers.of(key)
        known = {one["Id"] for one in former}
        self._making.beside(entry, len(former) + 1)
        try:
            self._containers.until(key, readiness(instance), apart_from=known)
            self._switch.lead(key)
        except PartywallError:
            fresh = [one for one in self._containers.of(key) if one["Id"] not in known]
            self._containers.discard(fresh)
            self._making.describe(before)
            raise
        self.retire(entry, former)

    def finish(self, entry: Entry) -> bool:
        """Take away what a broken-off update left; whether there was anything.

        The one that counts is well, or this is not the place to decide.
        """
        several = self._containers.of(entry.thing.key)
        if len(several) < 2:
            return False
        kept = self._containers.foremost(entry.thing.key)
        if not ready(kept):
            return False
        self._switch.lead(entry.thing.key)
        self.retire(entry, [one for one in several if one["Id"] != kept["Id"]])
        return True

    def follow(self, entry: Entry) -> None:
        """Let visitors find the container that there is now: its name may be another one."""
        self._switch.follow(entry.thing.key)

    def retire(self, entry: Entry, former: list[Inspected]) -> None:
        """Let requests under way end, as long as the service itself is given to stop."""
        instance = entry.thing
        assert isinstance(instance, Instance)  # noqa: S101  (performers get their own kind)
        for one in former:
            name = str(one["Name"]).lstrip("/")
            for port in instance.ports:
                self._left(name, port, instance.stop_grace)
        self._containers.discard(former, instance.stop_grace)

    def _left(self, host: str, port: int, seconds: float) -> None:
        """An edge that does not say is no reason to keep the former one for ever."""
        try:
            self._switch.left(host, port, seconds)
        except MachineFailed:
            return
