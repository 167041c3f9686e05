"""What of a schema cannot go elsewhere, and what will not be as one might think: said before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas.scaffold import Scaffold
from partywall.data.postgres.schemas.seat import Seat
from partywall.model.errors import Refused

if TYPE_CHECKING:
    from psycopg import Connection

_SHOWN = 5

_MINE = """
WITH own AS (SELECT %(schema)s::regnamespace::oid AS ns), mine(classid, objid) AS (
    SELECT 'pg_class'::regclass, c.oid FROM pg_class c, own WHERE relnamespace = ns
    UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p, own WHERE pronamespace = ns
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t, own WHERE typnamespace = ns
    UNION ALL SELECT 'pg_operator'::regclass, o.oid FROM pg_operator o, own WHERE oprnamespace = ns
    UNION ALL SELECT 'pg_constraint'::regclass, k.oid
        FROM pg_constraint k, own WHERE connamespace = ns
    UNION ALL SELECT 'pg_rewrite'::regclass, r.oid
        FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class, own WHERE relnamespace = ns
    UNION ALL SELECT 'pg_attrdef'::regclass, a.oid
        FROM pg_attrdef a JOIN pg_class c ON c.oid = adrelid, own WHERE relnamespace = ns
    UNION ALL SELECT 'pg_trigger'::regclass, g.oid
        FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid, own WHERE relnamespace = ns
    UNION ALL SELECT 'pg_policy'::regclass, y.oid
        FROM pg_policy y JOIN pg_class c ON c.oid = polrelid, own WHERE relnamespace = ns
), brought AS (SELECT classid, objid, refobjid AS extension FROM pg_depend
    WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
), needs AS (SELECT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_depend d
    JOIN mine m ON (m.classid, m.objid) = (d.classid, d.objid)
    WHERE (d.classid, d.objid) NOT IN (SELECT classid, objid FROM brought))
"""
"""All that is in a schema, and what it needs; what an extension brought is none of it."""

_ELSEWHERE = """
SELECT DISTINCT pg_describe_object(x.classid, x.objid, 0) || ' needs ' ||
    pg_describe_object(x.refclassid, x.refobjid, 0)
FROM needs x LEFT JOIN brought b ON (b.classid, b.objid) = (x.refclassid, x.refobjid)
WHERE b.objid IS NULL AND (x.refclassid = 'pg_foreign_server'::regclass
    OR (x.refclassid, x.refobjid) IN (
        SELECT 'pg_class'::regclass, c.oid FROM pg_class c, own
            WHERE relnamespace NOT IN (ns, 'pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
        UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p, own
            WHERE pronamespace NOT IN (ns, 'pg_catalog'::regnamespace)
        UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t, own
            WHERE typnamespace NOT IN (ns, 'pg_catalog'::regnamespace))
        AND (x.refclassid, x.refobjid) NOT IN (SELECT 'pg_class'::regclass, oid FROM pg_class
            WHERE relnamespace = 'information_schema'::regnamespace))
UNION ALL SELECT DISTINCT c.oid::regclass::text || ', which is elsewhere, is a part of '
    || p.oid::regclass::text
FROM pg_inherits i JOIN pg_class p ON p.oid = inhparent JOIN pg_class c ON c.oid = inhrelid, own
WHERE p.relnamespace = ns AND c.relnamespace <> ns
ORDER BY 1"""

_NEEDED = """
SELECT DISTINCT e.extname::text, n.nspname::text
FROM needs x JOIN brought b ON (b.classid, b.objid) = (x.refclassid, x.refobjid)
JOIN pg_extension e ON e.oid = b.extension JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname <> 'pg_catalog' ORDER BY 1"""

_EXTENSIONS = """
SELECT e.extname::text, n.nspname::text, e.extrelocatable
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"""

_WITHHELD = """
SELECT relname::text FROM pg_class WHERE relnamespace = %s::regnamespace AND relrowsecurity
    AND relforcerowsecurity AND relkind IN ('r', 'p') AND NOT (SELECT rolsuper OR rolbypassrls
        FROM pg_roles WHERE rolname = current_user) ORDER BY 1"""

_ROLES = """
SELECT DISTINCT pg_get_userbyid(r)::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid,
    unnest(p.polroles) r WHERE c.relnamespace = %s::regnamespace AND r <> 0 ORDER BY 1"""

_HELD = """
SELECT count(*) FROM (SELECT oid FROM pg_class WHERE relnamespace = %(ns)s::regnamespace
    UNION ALL SELECT oid FROM pg_proc WHERE pronamespace = %(ns)s::regnamespace
    UNION ALL SELECT oid FROM pg_type WHERE typnamespace = %(ns)s::regnamespace) o
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = o.oid AND e.deptype IN ('e', 'i')
        AND e.objsubid = 0)"""

_SAYING = """
SELECT format('the %%s %%s says `%%s.` in its body', CASE prokind WHEN 'p' THEN 'procedure'
    ELSE 'function' END, proname, n)
FROM pg_proc, unnest(%(names)s::text[]) n WHERE pronamespace = %(ns)s::regnamespace
    AND prosrc ~* ('(^|[^\\w$])"?' || n || '"?\\s*\\.') ORDER BY proname, n"""
_SETTING = """
SELECT format('the function %%s sets %%s', proname, array_to_string(proconfig, ', '))
FROM pg_proc WHERE pronamespace = %(ns)s::regnamespace
    AND EXISTS (SELECT FROM unnest(proconfig) c, unnest(%(names)s::text[]) n
        WHERE c ~* ('^search_path=.*\\m' || n || '\\M')) ORDER BY proname"""
_LARGE = """
SELECT count(*) FROM pg_largeobject_metadata WHERE pg_get_userbyid(lomowner) = current_user"""
_OTHERS = """
SELECT nspname::text FROM pg_namespace n WHERE nspowner::regrole::text = quote_ident(current_user)
    AND n.oid <> %(ns)s::regnamespace AND nspname !~ '^pg_|_(kept|new)_\\d{17}$'
    AND nspname NOT IN ('public', 'information_schema') AND EXISTS (SELECT FROM pg_class
        WHERE relnamespace = n.oid) ORDER BY 1"""


def check(
    source: Connection[Any],
    target: Connection[Any],
    seats: tuple[Seat, Seat],
    names: Scaffold,
    *,
    data: bool,
) -> None:
    """See that all of a schema can be where it shall go.

    Args:
        source: a connection there, as its owner.
        target: one to where it goes, as that one's owner.
        seats: the two.
        names: whether what the target has is kept.
        data: whether rows go, too.

    Raises:
        Refused: naming what cannot be.
    """
    if not names.kept:
        refuse_full(target, seats[1])
    schema = seats[0].schema
    found = [
        row[0] for row in source.execute((_MINE + _ELSEWHERE).encode(), {"schema": _quoted(schema)})
    ]
    found += _extensions(source, target, seats, names)
    if data:
        found += [
            f"the rows of {name} are held back from their owner (FORCE ROW LEVEL SECURITY)"
            for (name,) in source.execute(_WITHHELD.encode(), [_quoted(schema)])
        ]
    found += _roles(source, target, seats)
    if found:
        many = len(found) - _SHOWN
        shown = [*found[:_SHOWN], *([f"and {many} more"] if many > 0 else [])]
        raise Refused(
            f"{schema} on {seats[0].server} cannot go to {seats[1].schema} on {seats[1].server}: "
            + "; ".join(shown),
            remedy="nothing was done; mend these in the source or the target, and run it again",
        )


def refuse_full(connection: Connection[Any], seat: Seat) -> None:
    """See that nothing is in a schema.

    Raises:
        Refused: when something is.
    """
    row = connection.execute(_HELD.encode(), {"ns": _quoted(seat.schema)}).fetchone()
    if row and row[0]:
        raise Refused(
            f"{seat.schema} on {seat.server} is not empty",
            remedy="add --aside: it is kept under another name, and the new one takes its place",
        )


def notes(connection: Connection[Any], old: str, new: str) -> Iterator[str]:
    """What goes as it is, or does not go at all, in words.

    Args:
        connection: to the source, as its owner.
        old: what the schema is called there.
        new: what it will be called.
    """
    given = {"ns": _quoted(old), "names": sorted({"public", old} - {new})}
    for question in (_SAYING, _SETTING):
        for (said,) in islice(connection.execute(question.encode(), given), _SHOWN):
            yield f"{said}, and still does in {new}"
    if (row := connection.execute(_LARGE).fetchone()) and row[0]:
        yield f"{row[0]} large objects are no part of a schema, and are not copied"
    others = [name for (name,) in connection.execute(_OTHERS.encode(), given)]
    if others:
        yield f"{old} alone is copied, and of the same database not {', '.join(others)}"


def _extensions(
    source: Connection[Any],
    target: Connection[Any],
    seats: tuple[Seat, Seat],
    names: Scaffold,
) -> Iterator[str]:
    question = (_MINE + _NEEDED).encode()
    needed = source.execute(question, {"schema": _quoted(seats[0].schema)}).fetchall()
    there = {name: (place, loose) for name, place, loose in target.execute(_EXTENSIONS)}
    for name, schema in needed:
        place = there.get(name, ("", True))[0]
        if not place:
            yield f"it needs the extension {name}, which {seats[1].server} does not have"
        elif place != schema:
            yield f"it needs the extension {name} in {schema}; there it is in {place}"
    for name, (place, loose) in there.items():
        if names.kept and place == seats[1].schema and not loose:
            yield f"the extension {name} is in {place} and cannot be moved out of what is kept"


def _roles(
    source: Connection[Any], target: Connection[Any], seats: tuple[Seat, Seat]
) -> Iterator[str]:
    """Policies name roles; the source's owner becomes the target's."""
    named = {row[0] for row in source.execute(_ROLES.encode(), [_quoted(seats[0].schema)])}
    known = {row[0] for row in target.execute("SELECT rolname::text FROM pg_roles")}
    for role in sorted(named - known):
        yield f"a policy names the role {role}, which {seats[1].server} does not have"


def _quoted(name: str) -> str:
    """A name as a cast from a text reads it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
