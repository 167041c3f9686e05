"""A new file on another machine, written through this machine's own `ssh`, a piece at a time.

A connection that breaks looks to the other side like the end of the input. So a file gets its
name by a second call, which is made only when everything has arrived, and looks at its size.
"""

from __future__ import annotations

import contextlib
import shlex
from pathlib import PurePosixPath
from uuid import uuid4

import msgspec

from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed, PartywallError, Refused
from partywall.system.streaming import Fed

_ALONE = (
    *("-o", "BatchMode=yes"),
    *("-o", "ConnectTimeout=20"),
    *("-o", "ServerAliveInterval=15"),
)
"""Nobody is asked for a password, and a machine that is gone is not waited for."""
_THERE = 73
"""What our commands say when there is a file already."""
_SHORT = 74
"""The same when not everything has arrived."""


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A place on another machine."""

    host: str
    user: str = ""
    port: int | None = None
    path: str
    """Relative ones begin at the user's home folder there."""

    def __str__(self) -> str:
        at = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.port is None:
            return f"{at}{host}:{self.path}"
        below = self.path if self.path.startswith("/") else f"/~/{self.path}"
        return f"ssh://{at}{host}:{self.port}{below}"


def words(to: Remote, script: str) -> list[str]:
    """The argument list that runs a script of the plain shell there; pure."""
    port = () if to.port is None else ("-p", str(to.port))
    at = f"{to.user}@{to.host}" if to.user else to.host
    return ["ssh", *_ALONE, *port, "--", at, f"sh -c {shlex.quote(script)}"]


def receiving(path: str, draft: str) -> str:
    """What takes the file there, under a name that only we know; pure."""
    there, part = shlex.quote(_safe(path)), shlex.quote(_safe(draft))
    return f"test ! -e {there} || exit {_THERE}; set -C; umask 077; exec cat > {part}"


def naming(path: str, draft: str, size: int) -> str:
    """What gives it its name when all of it is there; pure."""
    there, part = shlex.quote(_safe(path)), shlex.quote(_safe(draft))
    return (
        f'test "$(wc -c < {part})" -eq {size} || exit {_SHORT}; '
        f"test ! -e {there} || exit {_THERE}; mv -n -- {part} {there}; test ! -e {part}"
    )


def _safe(path: str) -> str:
    """A name that begins with a dash is no option."""
    return f"./{path}" if path.startswith("-") else path


class RemoteFile:
    """Written a piece at a time; 0600."""

    def __init__(self, to: Remote) -> None:
        """Begin it; raises MachineFailed when there is no `ssh` here."""
        self._to = to
        path = PurePosixPath(to.path)
        self._draft = str(path.with_name(f".{path.name}.{uuid4().hex[:8]}.part"))
        self._size = 0
        self._named = False
        self._program = Fed(words(to, receiving(to.path, self._draft)))

    def give(self, piece: bytes) -> None:
        """Add a piece.

        Raises:
            Refused: when there is a file of that name already.
            MachineFailed: when the other side takes no more.
        """
        if not self._program.give(piece):
            raise self._error(self._program.end())
        self._size += len(piece)

    def keep(self) -> None:
        """It is whole: have the other side look, and give it its name; raises as `give`."""
        self._see(self._program.end())
        self._see(self._call(naming(self._to.path, self._draft, self._size)))
        self._named = True

    def drop(self) -> None:
        """Nothing is left of what did not get its name, if the other side can still be asked."""
        self._program.stop()
        if not self._named:
            with contextlib.suppress(PartywallError):
                self._call(f"rm -f -- {shlex.quote(_safe(self._draft))}")

    def _see(self, done: Completed) -> None:
        if done.code:
            raise self._error(done)

    def _call(self, script: str) -> Completed:
        return Fed(words(self._to, script)).end()

    def _error(self, done: Completed) -> PartywallError:
        if done.code == _THERE:
            return Refused(
                f"{self._to} is there already", remedy="name another file, or move that one"
            )
        what = "not everything has arrived" if done.code == _SHORT else "it did not take the file"
        return MachineFailed(
            f"{self._to}: {what}",
            detail=done.err.strip().splitlines()[-5:],
            remedy="see that `ssh` gets there without a question, and that the folder is there",
        )
