"""A dump of one schema brought into another's place, whatever it says about where it came from.

It is loaded into an empty database first, with the rights of the target's owner, and what is there
then is copied on. So a dump that names a database, a role or another schema gets nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas import foreseen, scaffold, scratch, suspect
from partywall.data.postgres.schemas.copy import Copied, Tell, copy
from partywall.data.postgres.schemas.scaffold import Scaffold
from partywall.data.postgres.schemas.script import parts
from partywall.data.postgres.schemas.seat import Seat, entered
from partywall.interfaces import Reach
from partywall.model.errors import Refused

if TYPE_CHECKING:
    from psycopg import Connection

_FULL = """
SELECT DISTINCT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype IN ('e', 'i')
        AND e.objsubid = 0)"""


class Dump:
    """A text as `pg_dump` writes it, taken apart and looked through."""

    def __init__(self, text: str, name: str) -> None:
        """Raises Refused when it is about more than one schema, or would go elsewhere."""
        self.name = name
        self.parts = list(parts(text))
        suspect.check(self.parts, name)


def restore(reach: Reach, dump: Dump, target: Seat, names: Scaffold, *, tell: Tell) -> Copied:
    """Make the target's schema as a dump says.

    Args:
        reach: the way to the server.
        dump: what is restored.
        target: where it goes; the dump has no say in it.
        names: of what is put up on the way, and whether what the target has is kept.
        tell: hears what is not carried.

    Raises:
        Refused: when the dump holds more than one schema, or the target is not empty and not kept.
        MachineFailed: when it does not get through; the target is then as it was.
    """
    with scaffold.up(reach, target, names):
        if not names.kept:
            with entered(reach, target) as there:
                foreseen.refuse_full(there, target)
        if any(map(suspect.is_of_roles, dump.parts)):
            tell(f"owners and privileges in {dump.name} are left out: all is the target's")
        place = scratch.make(reach, target, names.scratch)
        scratch.fill(reach, place, dump.parts, f"what {dump.name} says")
        with entered(reach, place) as connection:
            found = _schema(connection, dump.name)
            for note in foreseen.notes(connection, found, target.schema):
                tell(note)
        filled = names.building if names.kept else target.schema
        named = scratch.renamed(reach, place, found, filled)
        return copy(reach, named, target, names, data=True, tell=tell)


def _schema(connection: Connection[Any], name: str) -> str:
    found = [str(row[0]) for row in connection.execute(_FULL.encode())]
    if len(found) != 1:
        many = " and ".join(sorted(found)) or "no table"
        raise Refused(
            f"{name} holds {many}: one schema is restored at a time",
            remedy="dump one schema alone: `partywall schema dump`",
        )
    return found[0]
