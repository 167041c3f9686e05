"""What a dump must not say: it is data, and where it goes is not its to choose; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from partywall.data.postgres.schemas.script import Part
from partywall.model.errors import Place, Refused

_HARMLESS = re.compile(r"\\(un)?restrict\b")
_ELSEWHERE = (
    (re.compile(r"USE\b"), "chooses another database"),
    (re.compile(r"(CREATE|DROP|ALTER)\s+DATABASE\b"), "is about a database"),
    (re.compile(r"(CREATE|DROP|ALTER)\s+(ROLE|USER|GROUP)\b"), "is about a role"),
    (re.compile(r"(SET|RESET)\s+((LOCAL|SESSION)\s+)?(ROLE|SESSION\s+AUTHORIZATION|AUTHORIZATION)\b"),
     "would be somebody else"),
    (re.compile(r"ALTER\s+SYSTEM\b"), "is about the server"),
    (re.compile(r"(CREATE|ALTER|DROP)\s+(TABLESPACE|SUBSCRIPTION|PUBLICATION|SERVER|EVENT)\b"),
     "is about more than a schema"),
    (re.compile(r"COPY\b(?!.*\bSTDIN\b)", re.DOTALL), "reads or writes a file"),
    (re.compile(r"(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|PREPARE|SAVEPOINT)\b"),
     "would end the one transaction"),
    (re.compile(r"DO\b"), "runs a program"),
)  # fmt: skip
_SCHEMA = re.compile(
    r'CREATE\s+SCHEMA\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[\w$]+)', re.IGNORECASE
)
_OF_ROLES = re.compile(
    r"""GRANT\b|REVOKE\b|ALTER\s+DEFAULT\s+PRIVILEGES\b
    |ALTER\s+[A-Z ]+?\s[^;]*\sOWNER\s+TO\s+(?:"(?:[^"]|"")+"|[\w$]+)\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


def check(parts: Iterable[Part], name: str) -> None:
    """Refuse a dump that would go elsewhere, or that is of several schemas.

    Args:
        parts: all of it.
        name: of the file.

    Raises:
        Refused: with the line and what it says.
    """
    schemas: set[str] = set()
    for part in parts:
        if part.is_command and not _HARMLESS.match(part.text):
            _refuse(part, name, "is a command to `psql`")
        for pattern, why in _ELSEWHERE:
            if pattern.match(part.text.upper()):
                _refuse(part, name, why)
        if made := schema_made(part):
            schemas.add(made)
        if len(schemas) > 1:
            _refuse(part, name, "makes a second schema")


def schema_made(part: Part) -> str:
    """Which schema a statement makes, if it does; the target is there already."""
    match = _SCHEMA.match(part.text)
    return match[1].strip('"') if match else ""


def is_of_roles(part: Part) -> bool:
    """Whether it says whose something is, or who may do what: not a dump's to say."""
    return _OF_ROLES.match(part.text) is not None


def _refuse(part: Part, name: str, why: str) -> None:
    first = part.text.split("\n", 1)[0][:60]
    raise Refused(
        f"the dump is not restored: `{first}` {why}",
        where=Place(name, part.line),
        remedy="dump one schema alone: `partywall schema dump`, or `pg_dump --schema=NAME`",
    )
