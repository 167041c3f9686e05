"""A small pool of PostgreSQL connections that survives the server's restarts."""

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

Row = dict[str, Any]
CONNECT_TIMEOUT = 3


class Database:
    """Lends connections, one transaction each; connects when somebody asks, never before."""

    def __init__(self, url: str, size: int = 8) -> None:
        """Keep at most ``size`` connections to the server at ``url``."""
        self._url = url
        self._free = threading.BoundedSemaphore(size)
        self._idle: list[Connection] = []

    @contextmanager
    def transaction(self) -> Iterator["Connection"]:
        """Lend a connection inside a transaction: committed at the end, rolled back on an error."""
        with self._free:
            connection = self._take()
            try:
                with connection.transaction():
                    yield connection
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> "Connection":
        try:
            while _was_dropped(connection := self._idle.pop()):
                connection.close()
        except IndexError:  # none left; asking first would race with other threads
            return self._connect()
        return connection

    def _give_back(self, connection: "Connection") -> None:
        if connection.closed:
            return
        self._idle.append(connection)

    def _connect(self) -> "Connection":
        import psycopg  # late: slow to import, and pure tests do without
        from psycopg.rows import dict_row

        return psycopg.connect(
            self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT, row_factory=dict_row
        )


def _was_dropped(connection: "Connection") -> bool:
    """Tell whether the server hung up: an idle connection has nothing to read unless it ended."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
