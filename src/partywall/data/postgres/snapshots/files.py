"""The files of a data directory: which a copy has, and which it gets of its own."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from partywall.data.postgres.snapshots.backup import Backup, Ended
from partywall.model.errors import MachineFailed
from partywall.system import treerefresh
from partywall.system.files import write_atomically
from partywall.system.treecopy import Copied, Mode, copy_file, copy_tree, still
from partywall.system.treerefresh import NOTHING, Known, refresh_tree

_EMPTIED = (
    *("pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots"),
    *("pg_stat_tmp", "pg_subtrans", "log", "pg_log"),
)
"""Folders of which a copy has nothing but themselves."""
_LEFT = frozenset(
    {
        *("postmaster.pid", "postmaster.opts", "backup_label", "backup_label.old"),
        *("tablespace_map", "tablespace_map.old", "backup_manifest", "current_logfiles"),
        *("recovery.signal", "standby.signal", "postgresql.auto.conf.tmp", "core"),
    }
)
_ANYWHERE = re.compile(r"(^|/)(pgsql_tmp|pg_internal\.init)[^/]*(/|$)")
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_HISTORY = re.compile(r"[0-9A-F]{8}\.history")
_DROPPED = "the snapshot with which the new one would share its blocks was dropped meanwhile"


def skips(path: str) -> bool:
    """Whether a copy of a data directory goes without a path in it; pure."""
    first, inside, _ = path.partition("/")
    return bool(
        (inside and first in _EMPTIED) or path in _LEFT or _ANYWHERE.search(path)
    )  # what the server makes anew, or must not find


def needed(name: str, first: str, last: str) -> bool:
    """Whether a file of the log is needed from one to another; pure."""
    if _HISTORY.fullmatch(name):
        return True
    return bool(_SEGMENT.fullmatch(name)) and first <= name <= last


class Former(msgspec.Struct, frozen=True, kw_only=True):
    """An older copy of the same data directory, on which no server has been."""

    data: Path
    known: Known


class Living(msgspec.Struct, frozen=True, kw_only=True):
    """What came of copying the data directory of a living server."""

    whole: Copied
    changed: Copied
    """What was not in the former copy, or has changed since."""
    known: Known


def copy_living(
    backup: Backup, source: Path, target: Path, mode: Mode, former: Former | None = None
) -> Living:
    """Copy the data directory of a server that goes on working; the copy recovers when started.

    Args:
        backup: backup mode, not yet begun.
        source: the data directory.
        target: where the copy is made; nothing is there yet.
        mode: how it is copied.
        former: what the copy shares its blocks with, on the target's file system.

    Raises:
        Unfit: when the server does not go into backup mode.
        MachineFailed: when something cannot be copied, the former copy was removed meanwhile,
            or the log is not complete.
    """
    if former:
        with still(former.data, _DROPPED):
            copy_tree(former.data, target, Mode(by_reference=True, owner=mode.owner))
    began = backup.begin()
    known = former.known if former else NOTHING
    done = refresh_tree(source, target, mode, skips, known)
    ended = backup.end()
    _log(source / "pg_wal", target / "pg_wal", began.segment, ended.segment, mode)
    _label(target, ended, mode)
    return Living(whole=done.whole, changed=done.changed, known=done.known)


def stale(source: Path, former: Former | None) -> int:
    """Bytes of the files that are not as they are in a former copy.

    Raises:
        MachineFailed: when the data directory cannot be read.
    """
    return treerefresh.stale(source, former.known if former else NOTHING, skips)


def _log(source: Path, target: Path, first: str, last: str, mode: Mode) -> None:
    there = sorted(one.name for one in source.iterdir())
    wanted = [name for name in there if needed(name, first, last)]
    got = [name for name in wanted if copy_file(source / name, target / name, mode) is not None]
    if not {first, last} <= set(got):
        raise MachineFailed(
            f"the server's log from {first} to {last} is not there any more",
            remedy="run the same command again; if it happens again, raise `max_wal_size`",
        )


def _label(target: Path, ended: Ended, mode: Mode) -> None:
    write_like(target, "backup_label", ended.label, mode.owner)


def write_like(data: Path, name: str, text: str, owner: int | None) -> None:
    """Write a file of a data directory, which belongs to whom the directory does.

    It is written out with the directory, where that is to last.
    """
    import os  # noqa: PLC0415

    path = data / name
    write_atomically(path, text.encode(), lasts=False)
    if os.geteuid() == 0:
        found = data.stat()
        os.chown(path, *((found.st_uid, found.st_gid) if owner is None else (owner, owner)))
