"""SQL read without a server: split, shortened, and what a command says of its tables; pure.

It reads the outside of commands only: enough to name one, and to know the locks of those for which
PostgreSQL calls no event trigger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from partywall.data.postgres.tracing.modes import ACCESS_EXCLUSIVE, SHARE, spelled

_REMEMBERED = 4096
"""Texts: most programs say the same few again and again."""
_TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<text>[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | \$(?P<mark>\w*)\$.*?\$(?P=mark)\$)
    | (?P<name>"(?:[^"]|"")*")
    | (?P<number>\$?\b\d[\d.]*)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<space>\s+)
    | (?P<end>;)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_TABLE = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_ONLY = r"(?:ONLY\s+)?"
_LIST = rf"(?P<tables>{_ONLY}{_TABLE}\s*\*?(?:\s*,\s*{_ONLY}{_TABLE}\s*\*?)*)"
_STATED = (
    (rf"TRUNCATE\s+(?:TABLE\s+)?{_LIST}", ACCESS_EXCLUSIVE),
    (rf"VACUUM\s+(?:\([^)]*\bFULL\b[^)]*\)|FULL(?:\s+(?:FREEZE|VERBOSE|ANALYZE))*)\s+{_LIST}",
     ACCESS_EXCLUSIVE),
    (rf"CLUSTER\s+(?:\([^)]*\)\s*|VERBOSE\s+)?{_LIST}", ACCESS_EXCLUSIVE),
    (rf"REINDEX\s+(?:\([^)]*\)\s*)?TABLE\s+CONCURRENTLY\s+{_LIST}", "ShareUpdateExclusiveLock"),
    (rf"REINDEX\s+(?:\([^)]*\)\s*)?TABLE\s+{_LIST}", SHARE),
)  # fmt: skip
_LOCKED = re.compile(
    rf"LOCK\s+(?:TABLE\s+)?{_LIST}(?:\s+IN\s+(?P<mode>[A-Z ]+?)\s+MODE)?(?:\s+NOWAIT)?\s*$",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"\b(?:UPDATE|DELETE\s+FROM|INSERT\s+INTO|MERGE\s+INTO|COPY)\s+{_ONLY}(?P<tables>{_TABLE})",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(\bPASSWORD\s+)(?:'(?:[^']|'')*'|\$\d+)", re.IGNORECASE)
_VALUES = (
    (re.compile(r"(\([^()]*\))=\(.*?\)(?=[ .]|$)", re.MULTILINE), r"\1=(…)"),
    (re.compile(r"(Failing row contains )\(.*?\)?\.?$", re.MULTILINE), r"\1(…)"),
    (re.compile(r"(invalid input [^:\n]*: )\".*?\"(?=$|[ ,)])", re.MULTILINE), r'\1"…"'),
    (re.compile(r"(value )\".*?\"( is out of range)"), r'\1"…"\2'),
)
"""Where PostgreSQL's own words name what is in a row."""
_VERB = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*([^\W\d]\w*)", re.DOTALL)
_STATING = frozenset({"TRUNCATE", "VACUUM", "CLUSTER", "REINDEX", "LOCK"})
_DATA = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "FETCH", "VALUES"})
_QUICK = frozenset({"SELECT", "SHOW", "SET", "BEGIN", "START", "COMMIT", "ROLLBACK", "FETCH"})


class Named(NamedTuple):
    """A table as a command names it."""

    schema: str
    """Empty when it does not say."""
    name: str


@lru_cache(_REMEMBERED)
def split(sql: str) -> tuple[str, ...]:
    """The commands of a text, without the comments around them."""
    parts, text = [], ""
    for token in _TOKEN.finditer(sql):
        if token.lastgroup == "end":
            parts.append(text)
            text = ""
        elif token.lastgroup != "comment" or text.strip():
            text += token.group()
    return tuple(part.strip() for part in (*parts, text) if verb(part))


@lru_cache(_REMEMBERED)
def shape(sql: str) -> str:
    """A command without its values, so that those that differ only there are the same."""
    words = [
        "?" if token.lastgroup in {"text", "number", "mark"} else token.group()
        for token in _TOKEN.finditer(sql)
        if token.lastgroup not in {"comment", "space"}
    ]
    return re.sub(r"(?:\? , )+\?", "?", " ".join(words))


def shortened(sql: str, letters: int = 160) -> str:
    """One line of a command, without passwords."""
    line = _PASSWORD.sub(r"\1'…'", " ".join(sql.split()))
    return line if len(line) <= letters else f"{line[: letters - 1].rstrip()}…"


def without_values(said: str) -> str:
    """What a server said, without what is in the rows that it was said about."""
    for pattern, instead in _VALUES:
        said = pattern.sub(instead, said)
    return said


def verb(sql: str) -> str:
    """Its first word, in capitals."""
    match = _VERB.match(sql)
    return match[1].upper() if match else ""


def is_data(sql: str) -> bool:
    """Whether it reads or writes rows, and changes no schema."""
    return verb(sql) in _DATA


def changes_nothing(sql: str) -> bool:
    """Whether it only reads, or sets what its own session uses."""
    return verb(sql) in _QUICK


def fits(sql: str, tag: str) -> bool:
    """Whether a command can be the one that PostgreSQL calls by this tag."""
    words = iter(re.findall(r"[A-Z_]+", _bare(sql)[:400].upper()))
    return all(word in words for word in tag.split())


def stated(sql: str) -> Iterator[tuple[Named, str]]:
    """Tables and the locks that a command takes on them, where it says so itself."""
    if verb(sql) not in _STATING:
        return
    bare = _bare(sql)
    for pattern, mode in _STATED:
        found = re.match(pattern, bare, re.IGNORECASE)
        if found:
            yield from ((name, mode) for name in _names(found["tables"]))
            return
    locked = _LOCKED.match(bare)
    if locked:
        mode = spelled(locked["mode"] or "ACCESS EXCLUSIVE")
        yield from ((name, mode) for name in _names(locked["tables"]))


def written(sql: str) -> tuple[Named, ...]:
    """The tables into which a command writes rows."""
    return tuple(name for found in _WRITTEN.finditer(_bare(sql)) for name in _names(found[1]))


def _names(listed: str) -> Iterable[Named]:
    for one in re.finditer(rf"(?:ONLY\s+)?({_TABLE})", listed, re.IGNORECASE):
        parts = [_plain(part) for part in re.findall(_NAME, one[1])]
        yield Named(schema=parts[0] if len(parts) > 1 else "", name=parts[-1])


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


@lru_cache(_REMEMBERED)
def _bare(sql: str) -> str:
    """Without comments, and with texts emptied: nothing in them is taken for a word of SQL."""
    parts = []
    for token in _TOKEN.finditer(sql):
        if token.lastgroup == "comment":
            parts.append(" ")
        else:
            parts.append("''" if token.lastgroup in {"text", "mark"} else token.group())
    return "".join(parts).strip()
