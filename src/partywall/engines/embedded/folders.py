"""Folders that belong to an environment's own user, and the ways to them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from partywall.engines.embedded.supervise.program import Account
from partywall.system.files import failed, make_folder

_PASS_THROUGH = 0o711


def make_own(path: Path, account: Account | None, home: Path) -> Path:
    """A folder (0700) of the account, below a home whose other folders can only be passed.

    Raises:
        MachineFailed: when it cannot be made.
    """
    return _make(path, account, home, lambda one: (one.uid, one.gid, 0o700))


def make_bound(path: Path, account: Account | None) -> None:
    """The missing source of a bind mount, a folder (0700) of the account, as Docker makes one.

    What is there stays as it is, and sockets are made by who answers on them.

    Raises:
        MachineFailed: when it cannot be made.
    """
    if os.path.lexists(path) or path.suffix == ".sock":
        return
    missing = [one for one in path.parents if not one.exists()]
    make_folder(path)
    try:
        for parent in missing:
            parent.chmod(0o755)
        if account is not None:
            os.chown(path, account.uid, account.gid)
        path.chmod(0o700)
    except OSError as error:
        raise failed(error, "make the folder", path) from error


def make_lent(path: Path, account: Account | None, home: Path) -> Path:
    """A folder that stays ours and that the account, no other, may list and read in.

    Raises:
        MachineFailed: when it cannot be made.
    """
    return _make(path, account, home, lambda one: (-1, one.gid, 0o750))


def make_passage(path: Path, account: Account | None, home: Path) -> Path:
    """A folder that stays ours; those who have one of their own in it may pass.

    Raises:
        MachineFailed: when it cannot be made.
    """
    return _make(path, account, home, lambda _: (os.geteuid(), os.getegid(), _PASS_THROUGH))


def _make(
    path: Path,
    account: Account | None,
    home: Path,
    rights: Callable[[Account], tuple[int, int, int]],
) -> Path:
    """A folder with an owner, a group and a mode; without accounts it is ours alone."""
    try:
        make_folder(path)
        if account is None:
            path.chmod(0o700)
            return path
        for parent in path.parents:
            if parent.is_relative_to(home):
                parent.chmod(_PASS_THROUGH)
        owner, group, mode = rights(account)
        os.chown(path, owner, group)
        path.chmod(mode)
    except OSError as error:
        raise failed(error, "make the folder", path) from error
    return path


def remove(path: Path) -> None:
    """Remove a folder of ours with everything in it; an absent one is fine.

    Raises:
        MachineFailed: when it cannot be removed.
    """
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise failed(error, "remove the folder", path) from error
