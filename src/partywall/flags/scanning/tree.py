"""The files of a source tree: what git knows or would take, else all that people write."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from partywall.flags.scanning.syntax import SUFFIXES
from partywall.model.errors import PartywallError
from partywall.system.git import Repository

LARGEST = 1024 * 1024
"""In bytes; what is larger was not written by people."""
_OF_OTHERS = frozenset({"node_modules", "vendor", "site-packages", "venv", "bower_components"})
_BUILT = frozenset(
    {"build", "dist", "out", "target", "bin", "obj", "coverage", "htmlcov", "__pycache__", "env"}
)
"""Left out only where git does not say what is source."""
_PACKED = (".min.js", ".bundle.js")


def files(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Path from the folder, language and content of each file that may ask for flags."""
    for name in _names(folder):
        path = PurePosixPath(name)
        language = SUFFIXES.get(path.suffix.lower())
        if language and not name.endswith(_PACKED) and not _OF_OTHERS & {*path.parts[:-1]}:
            data = _bytes(folder / name)
            if data is not None:
                yield os.fsencode(name).decode(errors="replace"), language, data


def content(path: Path) -> str | None:
    """A file's text; None for links, whatever is no file or no text, and what is too large."""
    data = _bytes(path)
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError:
        return None


def _names(folder: Path) -> Iterable[str]:
    try:
        known = Repository(folder).files(folder)
    except PartywallError:
        known = []
    return known or sorted(_walk(folder))


def _walk(folder: Path) -> Iterator[str]:
    others = _OF_OTHERS | _BUILT
    for place, folders, names in os.walk(folder):
        kept = (name for name in folders if name not in others and name[0] != ".")
        folders[:] = [name for name in kept if not Path(place, name, "pyvenv.cfg").exists()]
        yield from (Path(place, name).relative_to(folder).as_posix() for name in names)


def _bytes(path: Path) -> bytes | None:
    """A file's content; None for links, whatever is no file, and what is too large."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            return None
        return file.read(LARGEST)
