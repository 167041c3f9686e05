"""A whole source tree, or one text of it, scanned for flags that are asked for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from partywall.flags.scanning import code, markup, python
from partywall.flags.scanning.found import Found, together
from partywall.flags.scanning.methods import COMPONENT, HOOKS, METHODS
from partywall.flags.scanning.syntax import SUFFIXES
from partywall.flags.scanning.tree import files
from partywall.flags.scanning.urls import MARK

_MARKUP = frozenset({"html", "vue", "svelte"})
_GO = r"\.\s*(?:Boolean|String|Float|Int|Object)(?:Value(?:Details)?\(|\(\s*[\w.]+(?:\(\))?\s*,)"

_OTHERS = (f"<{COMPONENT}", r"FeatureFlag\s*\(", "RequireFlagsEnabled")


def scan(folder: Path) -> Found:
    """Everything that the files of a folder ask for, by path and line."""
    return together(_parts(folder))


def _parts(folder: Path) -> Iterator[Found]:
    for name, language, data in files(folder):
        if any(hint.search(data) for hint in _hints(language)):
            with contextlib.suppress(UnicodeDecodeError):
                yield read(name, data.decode())


@cache
def _hints(language: str) -> tuple[re.Pattern[bytes], ...]:
    """Without any of these there is nothing in a file, which is then not read in pieces.

    Each begins with letters that are always the same, which are found fast.
    """
    starts = {name[:3] for name in METHODS[language]} if language != "go" else ()
    names = [name for name in METHODS[language] if name[:3] in starts]
    patterns = [f"{start}(?:{_ends(names, start)})" for start in starts]
    patterns += [_GO] if language == "go" else [f"use(?:{_ends(HOOKS, 'use')})", *_OTHERS]
    return tuple(re.compile(one.encode()) for one in (*patterns, MARK))


def _ends(names: Iterable[str], start: str) -> str:
    return "|".join(sorted(name[3:] for name in names if name.startswith(start)))


def read(name: str, text: str) -> Found:
    """What one file asks for; nothing when its name ends as that of no language that is known."""
    language = SUFFIXES.get(PurePosixPath(name).suffix.lower(), "")
    if language == "python":
        return python.read(name, text)
    if language in _MARKUP:
        return markup.read(language, name, text)
    return code.read(language, name, text) if language else Found()
