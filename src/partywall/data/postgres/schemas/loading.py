"""What a dump says is run, statement by statement, and a refusal is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas import suspect
from partywall.data.postgres.schemas.script import Part
from partywall.model.errors import MachineFailed

if TYPE_CHECKING:
    from psycopg import Connection


def run(connection: Connection[Any], said: Iterable[Part]) -> None:
    """Run what a dump says, but for what makes the schema itself."""
    for part in said:
        if not (part.is_command or suspect.schema_made(part)):
            _one(connection, part)


def load(connection: Connection[Any], said: Iterable[Part]) -> None:
    """Load a dump into an empty database, schema and all, in one transaction.

    Whose it was there, and who might do what, is left out: all becomes the target's.
    """
    with connection.transaction():
        for part in said:
            there_already = suspect.schema_made(part) == "public"
            if not (part.is_command or there_already or suspect.is_of_roles(part)):
                _one(connection, part)


def _one(connection: Connection[Any], part: Part) -> None:
    if part.rows is None:
        connection.execute(part.text.encode())
        return
    with connection.cursor().copy(part.text.encode()) as place:
        place.write(part.rows)


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Turn the server's refusal into an error that says what could not be made."""
    from psycopg import Error  # noqa: PLC0415  (0.17 s to import)

    try:
        yield
    except Error as error:
        raise MachineFailed(
            f"{what} could not be made: {str(error).splitlines()[0]}",
            remedy="nothing of it stays; mend what it says and run it again",
        ) from error
