"""What a project folder says by itself: its Compose files and its name."""

from __future__ import annotations

import re
from pathlib import Path

from partywall.compose import yamlfile


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
    bases = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
    base = next((folder / name for name in bases if (folder / name).exists()), None)
    if base is None:
        return ()
    overrides = (folder / name.replace("compose.", "compose.override.") for name in bases)
    return (base, *[file for file in overrides if file.exists()][:1])
