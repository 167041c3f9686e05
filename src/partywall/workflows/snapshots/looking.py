"""Has a server recover on what was copied, and look at all of it, before it is a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.connect import understood
from partywall.data.postgres.snapshots import server as servers
from partywall.data.postgres.snapshots.server import Login
from partywall.model.errors import MachineFailed
from partywall.system.writeout import sync_tree
from partywall.workflows.project import Project
from partywall.workflows.snapshots import copying, sweep
from partywall.workflows.snapshots.copying import Made
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.starting import FAILED, LOOK, Start
from partywall.workflows.snapshots.store import DATA, Snapshot, Store, password

if TYPE_CHECKING:
    from psycopg import Connection

SECONDS = 600.0
"""How long a server on the copy may take to recover."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a server showed of a snapshot."""

    databases: tuple[str, ...]
    """Those that it opened."""
    opened: Opened | None = None
    """The server, where it is one on a copy of its own; it runs."""


class Look:
    """The look at a snapshot that is being made."""

    def __init__(
        self, project: Project, store: Store, made: Made, snapshot: Snapshot, draft: Path
    ) -> None:
        self._project = project
        self._hands = project.engine.throwaways()
        self._store = store
        self._made = made
        self._snapshot = snapshot
        self._draft = draft

    @contextmanager
    def seen(self, seconds: float) -> Iterator[Seen]:
        """A server opens its databases; in the block all of it is on the disk.

        Args:
            seconds: after which a server on a copy of its own ends by itself.

        Raises:
            PartywallError: when it does not come up, or has other data than the original.
        """
        if not self._made.raw:
            names = self._itself()
            sync_tree(self._draft)
            yield Seen(databases=tuple(names))
            return
        found: list[str] = []

        def look(connection: Connection[Any], enter: Callable[[str], Any]) -> None:
            found.extend(servers.check(connection, self._made.source.facts, enter))

        start = Start(self._project, self._store, self._snapshot, self._draft)
        with ThreadPoolExecutor(1) as beside, start.copied(seconds) as copy:
            # The disk takes it while the server recovers.
            written = beside.submit(sync_tree, self._draft)
            opened = copy.opened(look)
            written.result()
            yield Seen(databases=tuple(found), opened=opened)

    def _itself(self) -> list[str]:
        """Start a server on the data themselves, close its doors, and end it cleanly."""
        made, name, data = self._made.source, self._snapshot.id, self._draft / DATA
        door = self._hands.start(copying.server(made, name, data, SECONDS))

        def entered(database: str) -> Connection[Any]:
            login = Login(user=made.admin.user, password=made.admin.password, database=database)
            return servers.come_in(
                door, login, seconds=SECONDS, gone=lambda: sweep.ended(self._hands, name, data)
            )

        with understood(FAILED, LOOK), entered(made.home.database.name) as connection:
            names = servers.check(connection, made.facts, entered)
            secret = password(self._draft)
            servers.close_doors(connection, made.home.database.owner, secret)
        self._hands.stop(name)
        if (data / "postmaster.pid").exists():
            raise MachineFailed(
                "the server on the copy did not end cleanly",
                detail=sweep.last_words(self._hands, name, data),
            )
        return names
