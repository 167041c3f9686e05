"""One side of a comparison, whatever it is: whose tables, and a way to look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from partywall.data.postgres.schemas.catalogue import Side as Compared
from partywall.workflows.schema.place import schemas

if TYPE_CHECKING:
    from psycopg import Connection

Tell = Callable[[str], None]


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a side before it is looked at."""

    label: str
    """As it was asked for."""
    owner: str
    """The role that its tables belong to."""
    schema: str
    """The one that the app finds first."""
    whole: bool
    """Whether all of the database is the app's."""

    def compared(self, connection: Connection[Any], others: Sequence[Whose]) -> Compared:
        """What of it is compared: its own schema, or all of a database of its own."""
        roles = tuple(one.owner for one in others if one.owner != self.owner)
        known = schemas(connection) if self.whole else {"": self.schema}
        return Compared(schemas=known, owner=self.owner, others=roles)


class Looking(Protocol):
    """An open side."""

    def connect(self) -> AbstractContextManager[Connection[Any]]:
        """A connection as the owner of the tables."""
        ...

    def dumped(self, words: Sequence[str]) -> str:
        """What `pg_dump` says of its schema; raises MachineFailed when it cannot."""
        ...


class Side(Protocol):
    """A side that was found; opening it may start a server on a copy."""

    @property
    def whose(self) -> Whose:
        """What is known of it."""
        ...

    def opened(self, tell: Tell) -> AbstractContextManager[Looking]:
        """Look at it while the block runs; raises as what is opened does."""
        ...
