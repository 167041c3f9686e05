"""One change at a time per environment: locks that the kernel lets go when their holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from partywall.execution.owner import Owner, myself, user_of
from partywall.model.errors import Place, Refused
from partywall.system.decoding import decode
from partywall.system.files import failed, make_folder, read_bytes


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a lock."""

    owner: Owner
    verb: str
    since: float
    """Seconds since the epoch."""

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        who = f"process {self.owner.pid} of {self.owner.user}"
        return f"`partywall {self.verb}` ({who}, since {since})"


class Locks:
    """Lock files in `<home>/locks/`, one per environment and one named `machine`."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = home / "locks"
        self._now = now

    @contextlib.contextmanager
    def hold(self, names: Iterable[str], verb: str) -> Iterator[None]:
        """Hold all these locks; taken in sorted order, so that two runs cannot wait in a ring.

        Raises:
            Refused: when somebody holds one of them, none is held then; or when the installation
                is another user's.
            MachineFailed: when a lock file cannot be written.
        """
        make_folder(self._folder)
        self._check_owner()
        with contextlib.ExitStack() as stack:
            for name in sorted(set(names)):
                stack.enter_context(self._one(name, verb))
            yield

    def holder(self, name: str) -> Holder | None:
        """Who says that he holds a lock and is alive; what a dead one left behind is nobody's."""
        data = read_bytes(self._path(name))
        try:
            found = decode(data or b"", Holder)
        except (msgspec.DecodeError, UnicodeDecodeError):  # empty, or being written right now
            return None
        return found if found.owner.alive() else None

    def _check_owner(self) -> None:
        """Files of two users in one installation would be closed to one of them."""
        uid = self._folder.stat().st_uid
        if uid != os.geteuid():
            name, you = user_of(uid), user_of(os.geteuid())
            raise Refused(
                f"this installation belongs to the user {name}, and you are {you}",
                where=Place(str(self._folder.parent)),
                remedy=f"run it as {name}, or `destroy` it as {name} first",
            )

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    @contextlib.contextmanager
    def _one(self, name: str, verb: str) -> Iterator[None]:
        path = self._path(name)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise failed(error, "open the lock", path) from error
        try:
            self._take(handle, name)
            with self._signed(handle, path, verb):
                yield
        finally:
            os.close(handle)

    def _take(self, handle: int, name: str) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = self.holder(name) or "another `partywall`"
            raise Refused(
                f"{name} is being changed by {who}",
                remedy="wait until it has ended, or stop it and run `partywall resume`",
            ) from error

    @contextlib.contextmanager
    def _signed(self, handle: int, path: Path, verb: str) -> Iterator[None]:
        """Written in place: the lock is on this very file, a replaced one would not be locked."""
        data = msgspec.json.encode(Holder(owner=myself(), verb=verb, since=self._now()))
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, data, 0)
        except OSError as error:
            raise failed(error, "write the lock", path) from error
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
