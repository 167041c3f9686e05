"""A dump of one schema brought into another's place, whatever it says about where it came from.

It is loaded into an empty database first, with the rights of the target's owner, and what is there
then is copied on. So a dump that names a database, a role or another schema gets nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.schemas import suspect
from partywall.data.postgres.schemas.aside import aside
from partywall.data.postgres.schemas.copy import (
    Copied,
    copy,
    failing,
    load,
    rename,
    scratch,
    warnings,
)
from partywall.data.postgres.schemas.script import parts
from partywall.data.postgres.schemas.seat import Seat, entered
from partywall.interfaces import Reach
from partywall.model.errors import Refused

if TYPE_CHECKING:
    from psycopg import Connection

_FULL = """
SELECT DISTINCT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype IN ('e', 'i'))"""


def restore(reach: Reach, target: Seat, text: str, name: str, *, replace: bool) -> Copied:
    """Make the target's schema as a dump says.

    Args:
        reach: the way to the server.
        target: where it goes; the dump has no say in it.
        text: the dump, as `pg_dump` writes it as text.
        name: of its file.
        replace: whether what is there is kept under another name, and not refused.

    Raises:
        Refused: when the dump is about more than one schema, or the target is not empty.
        MachineFailed: when it does not get through; the target is then as it was.
    """
    said = list(parts(text))
    suspect.check(said, name)
    with scratch(reach, target) as place:
        with entered(reach, place) as connection:
            with failing(f"what {name} says"):
                load(connection, said)
            found = _schema(connection, name)
            told = warnings(connection, found, target.schema)
            if found != target.schema:
                rename(connection, found, target.schema)
        done = transfer(reach, place, target, replace=replace)
    return msgspec.structs.replace(done, warnings=told)


def transfer(
    reach: Reach, source: Seat, target: Seat, *, replace: bool, data: bool = True
) -> Copied:
    """Copy a schema; with `replace`, what was there before is kept under another name.

    Raises:
        Refused: when the target is not empty and not to be replaced.
        MachineFailed: when it does not get through; the target is then as it was.
    """
    if not replace:
        return copy(reach, source, target, data=data)
    with aside(reach, target) as kept:
        done = copy(reach, source, target, data=data)
    return msgspec.structs.replace(done, kept=kept)


def _schema(connection: Connection[Any], name: str) -> str:
    found = [str(row[0]) for row in connection.execute(_FULL.encode())]
    if len(found) != 1:
        many = " and ".join(sorted(found)) or "no table"
        raise Refused(
            f"{name} holds {many}: one schema is restored at a time",
            remedy="dump one schema alone: `partywall schema dump`",
        )
    return found[0]
