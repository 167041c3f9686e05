"""Where everything of a pool is, and the commands that belong to it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from partywall.execution import state
from partywall.execution.pool import Pool
from partywall.model.errors import Refused
from partywall.system import fstab, machine, xfs
from partywall.system.filelock import locked
from partywall.workflows.project import Project

VARIABLE = "PARTYWALL_FSTAB"
"""Names another file for the line that mounts a pool when the machine starts."""
FOLDERS = ("snapshots", "clones")
"""What lies in a pool, each in a folder of its own."""
_OPTIONS = ("noatime", "nodev", "nosuid")
"""Programs may run from there: a copy of an app's volume may hold some."""
_IN_FILE = ("loop", "discard")
"""What is removed from the pool is given back to the disk beneath."""
_AT_START = ("nofail", "x-systemd.before=docker.service")
"""A pool that is gone holds up no start; containers on it wait for it."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Paths of one installation's pool."""

    home: Path
    """The home folder's real path."""
    fstab: Path

    @property
    def image(self) -> Path:
        """The file that holds a pool without a device."""
        return self.home / "pool.img"

    @property
    def folder(self) -> Path:
        """Where it is mounted."""
        return self.home / "pool"

    @property
    def marker(self) -> Path:
        """A file in the pool that holds its id."""
        return self.folder / ".partywall-pool"

    def target(self, pool: Pool) -> Path:
        """The file or the device that the file system is on."""
        return Path(pool.device) if pool.device else self.image

    def truncate(self, size: int) -> list[str]:
        """The command that makes or enlarges the file, sparse."""
        return ["truncate", "-s", str(size), str(self.image)]

    def make(self, pool: Pool, *, over: bool = False) -> list[str]:
        """The command that makes the file system."""
        return xfs.make(self.target(pool), pool.uuid, f"pw-{pool.id}", over=over)

    def mount(self, pool: Pool) -> list[str]:
        """The command that mounts it."""
        return xfs.mount(self._source(pool), self.folder, _options(pool))

    def line(self, pool: Pool) -> str:
        """The line that mounts it when the machine starts."""
        options = (*_options(pool), *_AT_START)
        return fstab.line(self._source(pool), self.folder, xfs.KIND, options, pool.id)

    def _source(self, pool: Pool) -> str:
        """A device may be called otherwise after a restart; its file system has its id for ever."""
        return f"UUID={pool.uuid}" if pool.device else str(self.image)


def of(project: Project) -> Ground:
    """Where the pool of a project is, or would be.

    Raises:
        Refused: when the project's folder is a copy of another one, whose pool it is.
    """
    if project.state is not None:
        state.check_place(project.state, project.home)
    said = os.environ.get(VARIABLE)
    return Ground(home=project.home.resolve(), fstab=Path(said) if said else fstab.FSTAB)


@contextlib.contextmanager
def held(ground: Ground) -> Iterator[None]:
    """Alone with the pool; raises as `locked` does."""
    with locked(ground.home / "locks" / ".pool", "the pool"):
        yield


def refuse_others(what: str, words: str, commands: Iterable[str] = ()) -> None:
    """See that we are root.

    Args:
        what: what needs that.
        words: of the command line, to be run as root.
        commands: what root would run.

    Raises:
        Refused: when we are not.
    """
    if not machine.is_root():
        raise Refused(
            f"only root may {what}", detail=tuple(commands), remedy=f"`sudo partywall {words}`"
        )


def _options(pool: Pool) -> tuple[str, ...]:
    return _OPTIONS if pool.device else (*_IN_FILE, *_OPTIONS)
