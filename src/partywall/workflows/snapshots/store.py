"""Where snapshots and open clones are, and what is recorded of each; there is no other list.

A snapshot counts from the moment its folder has its name. What is being made says who makes it, and
what is open until when it stays: whoever looks next can take away what was left behind.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TypeVar

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.execution.owner import Owner
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Instance, Key
from partywall.system.decoding import decode
from partywall.system.files import corrupted, read_bytes, write_atomically
from partywall.system.treerefresh import Known

VERSION = 2
"""2: raw data, which a server enters by production's password first."""
_SNAPSHOT = "snapshot.json"
_CLONE = "clone.json"
_MAKING = "making.json"
_PASSWORD = "password"  # noqa: S105  (the name of a file)
_FIRST = "first"
_ORIGIN = "origin.json"
DATA = "data"
FILES = "files"

Kept = TypeVar("Kept", bound=msgspec.Struct)


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a snapshot; times are seconds since the epoch."""

    version: int = VERSION
    id: str
    environment: str
    service: str
    server: Key
    like: Instance
    """The server that the data are from; secrets are placeholders in it."""
    names: tuple[str, ...] = ()
    """What the environment's services call the server."""
    database: str
    schema: str = "public"
    """Where its tables are."""
    owner: str
    """The role that owns the database."""
    admin: str
    """The role that may do everything there."""
    made: float
    method: str
    why: tuple[str, ...] = ()
    """Why it was not made in a better way."""
    seconds: float
    bytes: int
    """Of all its files, however many of them it shares with others."""
    postgres: str
    verified: tuple[str, ...]
    """The databases that a server on it opened."""
    label: str = ""
    raw: bool = False
    """Whether its files are as they were copied: a server on a copy of them recovers first, and
    lets in who production let in, until it is told otherwise."""
    files: dict[str, int] = {}
    """Volumes of files that it holds → their bytes."""
    notes: tuple[str, ...] = ()
    """What else is to be known of it."""
    holder: Owner | None = None
    """Who took it for his own use, and drops it himself; without him it goes."""


class Clone(msgspec.Struct, frozen=True, kw_only=True):
    """A server on a snapshot, open for a while."""

    version: int = VERSION
    name: str
    snapshot: Snapshot
    """As it was; it may be dropped meanwhile."""
    maker: Owner
    made: float
    until: float
    host: str = ""
    """Empty: it is being made."""
    port: int = 0
    waiting: bool = False
    """Whether it is there for whoever opens the snapshot next."""


class Making(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot that is being taken."""

    version: int = VERSION
    name: str
    """What the server on it is called while it is looked at."""
    maker: Owner


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What raw data were copied from, so that the next copy need not read what has not changed."""

    version: int = VERSION
    mark: str
    """What tells the server's data from others."""
    data: str
    """Its data directory."""
    known: Known


class Store:
    """The folder of one installation's snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.snapshots = folder / "snapshots"
        self.clones = folder / "clones"

    def all(self) -> list[Snapshot]:
        """Every snapshot, the oldest first; raises MachineFailed when a record is damaged."""
        paths = sorted(self.snapshots.glob(f"[!.]*/{_SNAPSHOT}"))
        found = [one for path in paths if (one := _read(path, Snapshot))]
        return sorted(found, key=lambda one: (one.made, one.id))

    def open(self) -> list[Clone]:
        """Every clone, those that are being made included, the oldest first."""
        paths = sorted(self.clones.glob(f"[!.]*/{_CLONE}"))
        found = [one for path in paths if (one := _passing(path, Clone))]
        return sorted(found, key=lambda one: (one.made, one.name))

    def opened(self, name: str) -> Clone | None:
        """What is recorded of a clone now; None: nothing any more."""
        return _passing(self.clone(name) / _CLONE, Clone)

    def making(self) -> list[tuple[Path, Making]]:
        """What is being taken, or was left by somebody who was killed."""
        return [
            (path.parent, record)
            for path in sorted(self.snapshots.glob(f".*/{_MAKING}"))
            if (record := _passing(path, Making))
        ]

    def abandoned(self, before: float) -> list[Path]:
        """Folders that say nothing of themselves, and in which nothing has been made since then.

        Who was killed while making or removing one left it so, and so does a power cut; who has
        just begun may still be about to say what it is.
        """
        drafts = (one for one in self.snapshots.glob(".*") if not _passing(one / _MAKING, Making))
        clones = (one for one in self.clones.glob("*") if not _passing(one / _CLONE, Clone))
        return [one for one in (*drafts, *clones) if _modified(one) < before]

    def draft(self, name: str) -> Path:
        """Where a snapshot is while it is being taken."""
        return self.snapshots / f".{name}"

    def place(self, snapshot: str) -> Path:
        """The folder of a snapshot."""
        return self.snapshots / snapshot

    def clone(self, name: str) -> Path:
        """The folder of a clone."""
        return self.clones / name


def write_making(folder: Path, record: Making) -> None:
    """Say who is taking a snapshot; the first file of its folder."""
    _write(folder / _MAKING, record, lasts=False)


def write_snapshot(folder: Path, record: Snapshot) -> None:
    """Say what a snapshot is; the last file before it gets its name."""
    _write(folder / _SNAPSHOT, record, lasts=True)


def write_password(folder: Path, password: Secret) -> None:
    """Keep what its servers' administrator logs in with; 0600."""
    write_atomically(folder / _PASSWORD, password.reveal().encode(), lasts=False)


def password(folder: Path) -> Secret:
    """What the administrator of a snapshot's or a clone's server logs in with."""
    return Secret((read_bytes(folder / _PASSWORD) or b"").decode())


def _modified(folder: Path) -> float:
    """When something was made in it, in seconds since the epoch; what is gone is no concern."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def write_first(folder: Path, password: Secret) -> None:
    """Keep what raw data's administrator logs in with for the first time: production's; 0600."""
    write_atomically(folder / _FIRST, password.reveal().encode(), lasts=False)


def first(folder: Path) -> Secret:
    """What the administrator logs in with on a copy of raw data for the first time."""
    return Secret((read_bytes(folder / _FIRST) or b"").decode())


def write_origin(folder: Path, record: Origin) -> None:
    """Say what raw data were copied from."""
    _write(folder / _ORIGIN, record, lasts=False)


def origin(folder: Path) -> Origin | None:
    """What raw data were copied from, where that was kept."""
    return _read(folder / _ORIGIN, Origin)


def write_clone(folder: Path, record: Clone) -> None:
    """Say what a clone is; the first file of its folder, and again when it is open."""
    _write(folder / _CLONE, record, lasts=False)


def _write(path: Path, record: msgspec.Struct, *, lasts: bool) -> None:
    """Write a record; drafts are written out as a whole, and clones are nothing to keep."""
    data = msgspec.json.format(msgspec.json.encode(record), indent=1)
    write_atomically(path, data, lasts=lasts)


def _read(path: Path, kind: type[Kept]) -> Kept | None:
    data = read_bytes(path)
    return None if data is None else _understood(data, kind, path)


def _passing(path: Path, kind: type[Kept]) -> Kept | None:
    """The same of a record that is not written out by itself: one that says nothing is none."""
    data = read_bytes(path)
    try:
        return None if data is None else _understood(data, kind, path)
    except MachineFailed:
        return None


def _understood(data: bytes, kind: type[Kept], path: Path) -> Kept:
    refuse_newer(data, VERSION, path)
    try:
        return decode(data, kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error
