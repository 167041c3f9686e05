"""What a project folder says by itself: its Compose files and its name."""

from __future__ import annotations

import re
from pathlib import Path

from partywall.compose import yamlfile
from partywall.model.errors import BadInput, Place

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What Compose looks for, in its order."""


def project_name(folder: Path, compose: tuple[Path, ...]) -> str:
    """Compose's `name:` when it is a plain word, else the folder's name, made fit."""
    for file in compose or compose_files(folder):
        data = yamlfile.read(file) or b""
        found = re.search(
            rb"""^name:[ \t]*["']?([a-z0-9][a-z0-9_-]{0,40})["']?\s*$""", data, re.MULTILINE
        )
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
