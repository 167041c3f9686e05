"""A new file that gets its name when it is whole; until then it has none that others know."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from partywall.model.errors import Refused
from partywall.system.files import failed, sync_folder

_NAMELESS = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL})
"""What file systems say that cannot have a file without a name."""
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK})


class NewFile:
    """Written a piece at a time; 0600. Where the file system allows it, a kill leaves nothing."""

    def __init__(self, path: Path) -> None:
        """Begin it.

        Raises:
            Refused: when there is a file of that name already.
            MachineFailed: when nothing can be written there.
        """
        self._path = path
        self._draft = path.parent / f".{path.name}.{os.getpid()}.part"
        if os.path.lexists(path):
            raise _taken(path)
        try:
            self._handle, self._named = self._opened()
        except OSError as error:
            raise failed(error, "write", path) from error

    def give(self, piece: bytes) -> None:
        """Add a piece; raises MachineFailed when it does not fit."""
        try:
            while piece:
                piece = piece[os.write(self._handle, piece) :]
        except OSError as error:
            raise failed(error, "write", self._path) from error

    def keep(self) -> None:
        """It is whole: have it on the disk, and give it its name.

        Raises:
            Refused: when a file of that name has come meanwhile.
            MachineFailed: when it cannot be kept.
        """
        try:
            os.fsync(self._handle)
            self._name()
            sync_folder(self._path.parent)
        except FileExistsError:
            raise _taken(self._path) from None
        except OSError as error:
            raise failed(error, "write", self._path) from error
        self.drop()

    def drop(self) -> None:
        """Nothing is left of what did not get its name."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        if self._named:
            with contextlib.suppress(OSError):
                self._draft.unlink()

    def _opened(self) -> tuple[int, bool]:
        """An open file, and whether it has a name for the time being."""
        try:
            return os.open(self._path.parent, os.O_WRONLY | os.O_TMPFILE, 0o600), False
        except OSError as error:
            if error.errno not in _NAMELESS:
                raise
        return os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), True

    def _name(self) -> None:
        """A link never replaces a file; where there are no links, what is there is looked at."""
        source = str(self._draft) if self._named else f"/proc/self/fd/{self._handle}"
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.link(source, self._path.name, dst_dir_fd=folder, follow_symlinks=True)
        except OSError as error:
            if not self._named or error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(self._path):
                raise FileExistsError from None
            self._draft.rename(self._path)
        finally:
            os.close(folder)


def _taken(path: Path) -> Refused:
    return Refused(f"{path} is there already", remedy="name another file, or move that one")
