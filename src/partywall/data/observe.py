"""What is recorded of databases, and whether their servers run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from partywall.interfaces import Records
from partywall.model.world import Database, Entry, Key


class DatabaseObserver:
    """Databases as they were last made, running when their server runs."""

    def __init__(self, records: Records, running: Callable[[Key], bool]) -> None:
        self._records = records
        self._running = running

    def observe(
        self, seen: Mapping[Key, Entry], environments: Iterable[str] | None = None
    ) -> dict[Key, Entry]:
        """Every database of these environments, when their servers were seen a moment ago."""
        found = self._records.read_all(environments)

        def running(server: Key) -> bool:
            return server in seen and seen[server].running

        return {
            key: _with_state(entry, running)
            for key, entry in found.items()
            if isinstance(entry.thing, Database)
        }

    def look(self, key: Key) -> Entry | None:
        """One database."""
        entry = self._records.get(key)
        return None if entry is None else _with_state(entry, self._running)


def _with_state(entry: Entry, running: Callable[[Key], bool]) -> Entry:
    server = entry.thing.server if isinstance(entry.thing, Database) else ""
    return msgspec.structs.replace(entry, running=running(server))
