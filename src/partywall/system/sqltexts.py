"""Source files that name the schema `public` in SQL, which an environment's own schema is not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

_LANGUAGES = frozenset(
    {".sql", ".py", ".rb", ".js", ".cjs", ".mjs", ".ts", ".tsx", ".go", ".java", ".kt", ".php"}
    | {".rs", ".ex", ".exs", ".cs", ".xml", ".prisma", ".pl", ".scala", ".sh", ".psql", ".j2"}
)
_OTHERS = frozenset({"node_modules", "vendor", "site-packages", "dist", "build", "target"})
"""Folders of what others wrote, or of what is made from the source."""
_FILES = 20_000
_BYTES = 1_000_000
_NAMED = re.compile(
    r"""
      (?:FROM|JOIN|INTO|UPDATE|TABLE|EXISTS|ONLY|ON|VIEW|SEQUENCE|FUNCTION|PROCEDURE|EXECUTE|TYPE
        |DOMAIN|TRIGGER|REFERENCES|TRUNCATE|COPY|COLUMN|INDEX|USING)
        \s+ ["`\\]* public ["`\\]* \. ["`\\]* \w
    | (?:nextval|setval|currval|to_regclass|regclass) \s* \( ['"\\]+ public \.
    | search_path ['"]? \s* (?:=|TO|,|:) [^;\n]* \b public \b
    | (?:CREATE|DROP|ALTER|IN|ON) \s+ SCHEMA \s+ (?:IF \s+ (?:NOT \s+)? EXISTS \s+)? "?public\b
    | \b (?:schema|table_schema|schemaname|schema_name|nspname) ['"]? \s*
        (?:=>?|:) \s* ['"]public['"]
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A line that names it."""

    file: Path
    line: int
    text: str


def naming_public(folder: Path) -> Iterator[Named]:
    """Every line below a folder whose SQL names `public`; what others wrote is left out."""
    for count, file in enumerate(_sources(folder)):
        if count >= _FILES:
            return
        yield from _lines(file)


def _sources(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _OTHERS and name[0] != ".")
        for name in sorted(files):
            path = Path(place, name)
            if path.suffix.lower() in _LANGUAGES and not path.is_symlink():
                yield path


def _lines(file: Path) -> Iterator[Named]:
    try:
        if file.stat().st_size > _BYTES:
            return
        text = file.read_text(errors="replace")
    except OSError:
        return
    last = 0
    for match in _NAMED.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if line != last:
            yield Named(file=file, line=line, text=text.splitlines()[line - 1].strip())
        last = line
