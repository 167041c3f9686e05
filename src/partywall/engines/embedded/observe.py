"""What is there: programs of the supervisor, folders, and what is remembered of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from partywall.engines.embedded.instances import thing_of
from partywall.engines.embedded.places import Places
from partywall.engines.embedded.supervise.state import State
from partywall.engines.embedded.volumes import observed
from partywall.interfaces import Records
from partywall.model.world import (
    Entry,
    Instance,
    Job,
    Key,
    Volume,
    World,
    environment_of,
    fingerprint,
)

States = Mapping[str, State]


class EmbeddedObserver:
    """The eyes of the embedded engine."""

    def __init__(
        self,
        places: Places,
        records: Records,
        states: Callable[[], States],
        state: Callable[[Key], State],
    ) -> None:
        self._places = places
        self._records = records
        self._states = states
        self._state = state

    def observe(self, environments: Iterable[str] | None = None) -> World:
        """Instances, jobs and volumes of these environments and everything shared."""
        wanted = None if environments is None else {*environments, "shared", "machine"}
        entries = dict(instances(self._states()))
        for key, entry in self._records.read_all(wanted).items():
            if isinstance(entry.thing, Volume):
                entries[key] = observed(self._places, entry)
            elif isinstance(entry.thing, Job):
                entries[key] = entry
        return World(
            {
                key: entry
                for key, entry in entries.items()
                if wanted is None or environment_of(key) in wanted
            }
        )

    def look(self, key: Key) -> Entry | None:
        """One of them."""
        if key.count("/") == 1:
            return dict(instances({key: self._state(key)})).get(key)
        entry = self._records.get(key)
        if entry is not None and isinstance(entry.thing, Volume):
            return observed(self._places, entry)
        return entry


def instances(states: States) -> Iterable[tuple[Key, Entry]]:
    """The instances among the supervisor's programs; pure.

    One that is described and was stopped on the way to something else is there, and down.
    """
    for state in states.values():
        labels = state.labels or (state.program.labels if state.program else {})
        label = labels.get("thing")
        thing = thing_of(label) if label else None
        if isinstance(thing, Instance):
            yield (
                thing.key,
                Entry(
                    thing=thing,
                    fingerprint=labels.get("fingerprint") or fingerprint(thing),
                    running=state.running,
                    faults=_faults(state),
                    starting=_starting(state),
                ),
            )


def _starting(state: State) -> bool:
    checked = state.program is not None and state.program.health is not None
    return checked and state.running and state.healthy is None


def _faults(state: State) -> tuple[str, ...]:
    if state.running and state.program is None:
        return ("its description is damaged",)
    if state.running and state.healthy is False:
        return (f"unhealthy: {state.health_says}" if state.health_says else "unhealthy",)
    return ()
