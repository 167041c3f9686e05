"""What is recorded of databases, and whether their servers run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from partywall.interfaces import Records
from partywall.model.world import Database, Entry, Key


class DatabaseObserver:
    """Databases as they were last made, running when their server runs."""

    def __init__(self, records: Records, running: Callable[[Key], bool]) -> None:
        self._records = records
        self._running = running

    def observe(self, environments: Iterable[str] | None = None) -> dict[Key, Entry]:
        """Every database of these environments."""
        found = self._records.read_all(environments)
        return {
            key: self._with_state(entry)
            for key, entry in found.items()
            if isinstance(entry.thing, Database)
        }

    def look(self, key: Key) -> Entry | None:
        """One database."""
        entry = self._records.get(key)
        return None if entry is None else self._with_state(entry)

    def _with_state(self, entry: Entry) -> Entry:
        server = entry.thing.server if isinstance(entry.thing, Database) else ""
        return msgspec.structs.replace(entry, running=self._running(server))
