"""What a rehearsal needs from outside: fresh copies of production, and programs run beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from partywall.data.postgres.tracing.reading import without_values
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret

if TYPE_CHECKING:
    from psycopg import Connection

_SECONDS = 10
_LETTER = re.compile(r"[^\W\d_]")
_ERROR = re.compile(r"error|exception|fail", re.IGNORECASE)
"""How most programs begin a line of that kind; only which line is shown hangs on it."""


class Code(StrEnum):
    """Which of two states of the app's source a program is taken from."""

    NEW = "new"
    """That with the migration."""
    OLD = "old"
    """That which runs in production."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A program of the app, and what it is told beside what the app is told anyway."""

    command: tuple[str, ...]
    code: Code = Code.NEW
    environment: Mapping[str, str] = {}


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a program left behind."""

    code: int
    """Its exit code; of one that was ended from outside any but 0."""
    out: str = ""
    err: str = ""
    seconds: float = 0.0

    @property
    def last_words(self) -> str:
        """The last line that speaks of an error, or the last that says anything; without rows."""
        lines = [line.strip() for line in f"{self.out}\n{self.err}".splitlines()]
        saying = [line for line in lines if _LETTER.search(line)]
        errors = [line for line in saying if _ERROR.search(line)]
        return without_values((errors or saying or ["it wrote nothing"])[-1])


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A throwaway copy that runs: a server of its own, with a login that may do everything."""

    host: str
    port: int
    database: str
    user: str
    """A superuser."""
    password: Secret
    owner: str
    """The app's own role."""
    schema: str = "public"
    """Where its tables are."""

    def connect(self) -> Connection[Any]:
        """A connection with all rights, in autocommit mode.

        Raises:
            MachineFailed: when the copy does not answer.
        """
        import psycopg  # noqa: PLC0415  (0.17 s to import)

        try:
            return psycopg.connect(
                host=self.host, port=self.port, dbname=self.database, user=self.user,
                password=self.password.reveal(), connect_timeout=_SECONDS, autocommit=True,
            )  # fmt: skip
        except psycopg.OperationalError as error:
            says = str(error).strip().splitlines()[-1]
            raise MachineFailed(f"the copy does not let {self.user} in: {says}") from None


class Stage(Protocol):
    """Where it is rehearsed."""

    def fresh(self) -> AbstractContextManager[Opened]:
        """A copy that nobody has used, gone afterwards; several may be open at once.

        Its server was started with `logging_collector=on`, listens to this machine alone, and
        reaches nothing outside.

        Raises:
            MachineFailed: when none can be opened.
        """
        ...

    def run(self, opened: Opened, program: Program, *, seconds: float, until: Event) -> Done:
        """Run a program to its end, with the variables by which the app finds this copy.

        It is ended when so many seconds are over, or as soon as `until` is set.

        Raises:
            MachineFailed: when it cannot be started.
        """
        ...
