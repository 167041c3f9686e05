"""What a project folder says by itself: its Compose files and its name."""

from __future__ import annotations

import re
from pathlib import Path

from partywall.compose import yamlfile
from partywall.model.errors import BadInput, Place

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Compose looks for, in its order."""


_WORD = rb"""["']?([a-z0-9][a-z0-9_-]{0,40})["']?\s*$"""
_NAME = re.compile(rb"^name:[ \t]*" + _WORD, re.MULTILINE)
_VARIABLE = re.compile(rb"^(?:export[ \t]+)?COMPOSE_PROJECT_NAME=" + _WORD, re.MULTILINE)


def project_name(folder: Path, compose: tuple[Path, ...]) -> str:
    """COMPOSE_PROJECT_NAME of `.env`, else Compose's `name:`, where they are plain words.

    Else the folder's name, made fit.
    """
    files = compose or compose_files(folder)
    variables = folder / ".env"  # which some have as a folder of Python's
    named = [(_VARIABLE, variables)] if variables.is_file() else []
    for pattern, file in (*named, *((_NAME, file) for file in files)):
        found = pattern.search(yamlfile.read(file) or b"")
        if found:
            return found[1].decode()
    word = re.sub(r"[^a-z0-9_-]", "", folder.absolute().name.lower()).lstrip("_-")[:41]
    return word.rstrip("_-") or "app"


def compose_files(folder: Path) -> tuple[Path, ...]:
    """The files that Compose itself takes when none is named: one base and its override."""
    base = next((folder / name for name in BASES if (folder / name).exists()), None)
    if base is None:
        return ()
    overrides = (folder / name.replace("compose.", "compose.override.") for name in BASES)
    return (base, *[file for file in overrides if file.exists()][:1])


def no_compose_file(folder: Path) -> BadInput:
    """The error for a folder without a Compose file, with the nearest folder above that has one."""
    above = next((one for one in folder.absolute().parents if compose_files(one)), None)
    there = f"{above}, where {compose_files(above)[0].name} is" if above else "the one with it"
    return BadInput(
        f"there is no Compose file in this folder: {', '.join(BASES[:-1])} and {BASES[-1]}"
        " were looked for",
        where=Place(str(folder)),
        remedy=f"go to {there}, or name the file: `-f FILE`, or `compose:` in partywall.yaml",
    )
