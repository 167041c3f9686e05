"""Fingerprints of the files and folders that a service reads from the host."""

from __future__ import annotations

import fnmatch
import hashlib
import itertools
import os
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from partywall.compose import dockerignore
from partywall.compose.canonical import Definition
from partywall.compose.dockerignore import Ignored
from partywall.compose.theirs import LeftOut, Theirs
from partywall.model.app import Mount, Service

NOTHING = Ignored()
NOBODYS = Theirs()
_LARGEST = 1_000_000
_MOST_FILES = 5_000
_MOST_READ = 200
_WHOLE_MACHINE = ("/", "/dev", "/run", "/sys", "/var", "/var/run", "/var/lib")
_MOST_BYTES = 32_000_000
_WRITTEN = {".db", ".sqlite", ".sqlite3", ".log", ".pid", ".sock"}
_CONFIG_FOLDERS = ("/etc/", "/docker-entrypoint-initdb.d", "/usr/local/etc/", "/mosquitto/config")
_IGNORED = (
    ".git",
    ".partywall",
    "__pycache__",
    "*.pyc",
    "node_modules",
    ".venv",
    ".env*",
    "partywall.yaml",
    "compose.y*ml",
    "compose.*.y*ml",
    "docker-compose.y*ml",
    "docker-compose.*.y*ml",
    ".*_cache",
    "*.egg-info",
)
"""Never part of what an application is made of. What Compose files say of a service is in its
description already, and env files have versions of their own."""


def bound(
    services: Iterable[Service], apart: Container[Path] = frozenset(), theirs: Theirs = NOBODYS
) -> dict[str, str]:
    """Absolute path → fingerprint, for config files and folders and for what is built here.

    Folders that a service may write to are its data and have none.

    Args:
        services: of the app.
        apart: files that describe the app and are no part of it, whatever their names.
        theirs: what environments have of their own, no part of what is built either.
    """
    found: dict[str, str] = {}
    every = list(services)
    own = theirs.of(every)
    for service in every:
        for mount in service.mounts:
            if mount.kind == "bind" and mount.source not in found and is_configuration(mount):
                _add(found, mount.source, apart)
        for one in service.attachments:
            if one.file and one.kind == "config" and one.file not in found:
                _add(found, one.file, apart)
        context = (service.build or {}).get("context")
        if isinstance(context, str) and context.startswith("/") and context not in found:
            left = LeftOut(context, apart, own, theirs)
            _add(found, context, left, dockerignore.of_context(Path(context)))
    return found


def files_read(services: Mapping[str, Definition]) -> Iterator[Path]:
    """The files of settings that services of a canonical document have bound, a bounded number."""
    sources = {
        Path(str(one.get("source")))
        for said in services.values()
        for one in said.get("volumes") or ()
        if isinstance(one, dict) and one.get("type") == "bind"
    }
    for path in sorted(sources):
        if path.is_relative_to("/proc") or str(path) in _WHOLE_MACHINE:
            continue
        inside = itertools.islice(path.rglob("*"), _MOST_READ) if path.is_dir() else [path]
        yield from (one for one in inside if _is_readable(one))


def _is_readable(path: Path) -> bool:
    """Whether it is a file of some content, which reading never waits for, and no Compose file."""
    try:
        small = path.is_file() and 0 < path.stat().st_size <= _LARGEST
        return small and not _is_ignored(path.name)
    except OSError:
        return False


def is_configuration(mount: Mount) -> bool:
    """Whether what is bound is read and not written: a small file, a folder of settings."""
    path = Path(mount.source)
    try:
        if path.is_file():
            return path.suffix not in _WRITTEN and path.stat().st_size <= _LARGEST
        settled = mount.read_only or mount.target.startswith(_CONFIG_FOLDERS)
        return settled and path.is_dir() and not path.is_relative_to("/proc") and path != Path("/")
    except OSError:
        return False


def _add(
    found: dict[str, str], path: str, apart: Container[Path], ignored: Ignored = NOTHING
) -> None:
    digest = fingerprint(Path(path), apart, ignored)
    if digest is not None:
        found[path] = digest


def fingerprint(
    path: Path, apart: Container[Path] = frozenset(), ignored: Ignored = NOTHING
) -> str | None:
    """A digest of a file, or of every file in a folder; None when it is too much or unreadable."""
    digest = hashlib.sha256()
    files = total = 0
    try:
        for file in [path] if path.is_file() else _files(path, ignored, apart):
            data = file.read_bytes() if not file.is_symlink() else os.fsencode(file.readlink())
            files, total = files + 1, total + len(data)
            if files > _MOST_FILES or total > _MOST_BYTES:
                return None
            name = os.fsencode(file.relative_to(path))
            digest.update(b"%d:%s%d:" % (len(name), name, len(data)))
            digest.update(data)
    except OSError:
        return None
    return digest.hexdigest()[:24]


def _files(folder: Path, ignored: Ignored, apart: Container[Path]) -> Iterator[Path]:
    """Every file below a folder in a settled order, links not followed."""
    for root, folders, names in os.walk(folder):
        inner = Path(root).relative_to(folder)
        folders[:] = sorted(
            name
            for name in folders
            if not _is_ignored(name)
            and Path(root, name) not in apart
            and (ignored.has_exceptions or (inner / name).as_posix() not in ignored)
        )
        for name in sorted(names):
            file = Path(root, name)
            left_out = file in apart or (inner / name).as_posix() in ignored
            if left_out or _is_ignored(name):
                continue
            if file.is_symlink() or file.is_file():
                if file.lstat().st_size > _MOST_BYTES:
                    raise OSError("too large")
                yield file


def _is_ignored(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _IGNORED)
