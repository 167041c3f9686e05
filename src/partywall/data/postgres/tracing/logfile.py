"""The server's log, read through the server itself: its files may be anywhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection

_PIECE = 8 * 1024 * 1024
_PATIENCE = 10.0
_PAUSE = 0.02
_LAST = "partywall has read until here"


class LogFile:
    """What is written into it from now on."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Begin at its end.

        Raises:
            MachineFailed: when no log is written as CSV.
        """
        self._connection = connection
        self._name = self._asked("SELECT pg_current_logfile('csvlog')")
        if not self._name:
            raise MachineFailed("the copy writes no log as CSV, and cannot be watched")
        self._offset = self._asked("SELECT size FROM pg_stat_file(%s)", self._name)

    def read(self) -> str:
        """Everything that sessions have logged by now; the log is written with a delay.

        Raises:
            MachineFailed: when the log does not go on.
        """
        mark = f"{_LAST} {time.monotonic_ns()}"
        self._connection.execute(f"DO $$BEGIN RAISE LOG '{mark}'; END$$".encode())
        found = bytearray()
        deadline = time.monotonic() + _PATIENCE
        while mark.encode() not in found[-_PIECE - len(mark) :]:
            piece = self._piece()
            found += piece
            if piece:
                deadline = time.monotonic() + _PATIENCE
            elif time.monotonic() > deadline:
                raise MachineFailed(f"the copy's log {self._name} does not go on")
            else:
                time.sleep(_PAUSE)
        return found.decode(errors="replace")

    def _piece(self) -> bytes:
        question = "SELECT pg_read_binary_file(%s, %s, %s)"
        piece = bytes(self._asked(question, self._name, self._offset, _PIECE))
        self._offset += len(piece)
        return piece

    def _asked(self, question: str, *values: object) -> Any:  # noqa: ANN401
        row = self._connection.execute(question.encode(), values).fetchone()
        return row[0] if row else None
