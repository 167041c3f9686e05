"""Installations kept as text: packed without the place they were made in, unpacked into another."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import partywall

FOLDER = Path(__file__).parent
HOME = ".partywall"
KEPT = (
    "allocations.json",
    "state.json",
    "state/*/*.json",
    "journal/*.jsonl",
    "secrets/*.json",
    "edge/*.json",
    "edge/fragments/*.json",
    "run/*/*/program.json",
    "run/*/*/process.json",
)
"""Everything that a later version reads; what is made anew at every start is left out."""
EMPTY = ".keep"
_STORED = {f"{HOME}/": "home/", ".env.": "env."}
"""Names as they are kept: those with a dot are ignored by git, and easily overlooked by people."""


def names() -> list[str]:
    """Every kept installation, the oldest first."""
    return sorted(path.name for path in FOLDER.iterdir() if path.name.isdigit())


def pack(project: Path, target: Path) -> None:
    """Keep an installation that is up, without its data."""
    home = project / HOME
    for path in _files(project):
        _write(target / _stored(path.relative_to(project)), _without_place(path, project))
    for volume in sorted(home.glob("data/*/*/")):
        _write(target / _stored(volume.relative_to(project)) / EMPTY, "")


def unpack(name: str, project: Path) -> None:
    """Lay a kept installation out in a folder, closed to others as it was."""
    source = FOLDER / name
    for path in sorted(source.rglob("*")):
        if path.is_file():
            target = project / _original(path.relative_to(source))
            if path.name == EMPTY:
                target.parent.mkdir(parents=True)
            else:
                _write(target, _with_place(path.read_text(), project))
    home = project / HOME
    for path in [*project.glob(".env.*"), *home.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    for path in (home, home / "data", *home.glob("data/*/")):
        path.chmod(0o711)  # an environment's own user passes through to its volumes


def _files(project: Path) -> Iterator[Path]:
    yield from (path for path in sorted(project.iterdir()) if path.is_file())
    for pattern in KEPT:
        yield from sorted((project / HOME).glob(pattern))


def _places(project: Path) -> dict[str, str]:
    """Token → place; the most particular first, since one place may lie in another."""
    found = {
        "@PROJECT@": str(project),
        "@PREFIX@": sys.prefix,
        "@PACKAGE@": str(Path(partywall.__file__).parents[1]),
        "@BASE@": sys.base_prefix,
    }
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _without_place(path: Path, project: Path) -> str:
    text = path.read_text()
    for token, place in _places(project).items():
        text = re.sub(rf"{re.escape(place)}(?![A-Za-z0-9_.-])", token, text)
    return text


def _with_place(text: str, project: Path) -> str:
    for token, place in _places(project).items():
        text = text.replace(token, place)
    return text


def _stored(path: Path) -> Path:
    text = str(path)
    for name, stored in _STORED.items():
        if text.startswith(name):
            return Path(stored + text[len(name) :])
    return path


def _original(path: Path) -> Path:
    text = str(path)
    for name, stored in _STORED.items():
        if text.startswith(stored):
            return Path(name + text[len(stored) :])
    return path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def fresh_copy(project: Path, target: Path) -> None:
    """The project's own files alone, as if nothing had ever been made of it."""
    target.mkdir(parents=True)
    for path in sorted(project.iterdir()):
        if path.is_file():
            shutil.copy2(path, target / path.name)
