"""What is recorded of parts of servers, whether these run, and whether an environment gets in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from partywall.interfaces import Records
from partywall.model.errors import PartywallError
from partywall.model.world import Database, Entry, Key, Space

Missing = Callable[[Space], str]
"""Why an environment does not get at its part of a server that runs; empty when it does."""


class SpaceObserver:
    """Parts of servers as they were last made, running when their server runs."""

    def __init__(self, records: Records, running: Callable[[Key], bool], missing: Missing) -> None:
        self._records = records
        self._running = running
        self._missing = missing

    def observe(
        self, seen: Mapping[Key, Entry], environments: Iterable[str] | None = None
    ) -> dict[Key, Entry]:
        """Every part of these environments, when their servers were seen a moment ago."""
        found = self._records.read_all(environments)

        def running(server: Key) -> bool:
            return server in seen and seen[server].running

        return {
            key: self._with_state(entry, running)
            for key, entry in found.items()
            if isinstance(entry.thing, Space)
        }

    def look(self, key: Key) -> Entry | None:
        """One part."""
        entry = self._records.get(key)
        return None if entry is None else self._with_state(entry, self._running)

    def _with_state(self, entry: Entry, running: Callable[[Key], bool]) -> Entry:
        space = entry.thing
        runs = isinstance(space, Space) and running(space.server)
        why = self._why(space) if runs and isinstance(space, Space) and is_part(space) else ""
        return msgspec.structs.replace(entry, running=runs, faults=(why,) if why else ())

    def _why(self, space: Space) -> str:
        try:
            return self._missing(space)
        except PartywallError as error:
            return error.what


def is_part(space: Space) -> bool:
    """Whether its server is one that others use too."""
    return not isinstance(space, Database) or space.kind != "server"
