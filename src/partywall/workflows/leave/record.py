"""What is on disk while production is handed back: what it becomes, and what it was before."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.execution.pending import Pending
from partywall.interfaces import Plain
from partywall.model.errors import Refused
from partywall.model.world import World


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A handing back that is under way or broke off."""

    production: str
    project: str
    """The Compose project that production becomes."""
    folder: str
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    profiles: tuple[str, ...]
    before: World
    """Everything, as it was seen before the first stop."""

    @property
    def plain(self) -> Plain:
        """The Compose project."""
        return Plain(
            project=self.project,
            folder=Path(self.folder),
            files=tuple(map(Path, self.files)),
            env_files=tuple(map(Path, self.env_files)),
            profiles=self.profiles,
        )


def begun(production: str, plain: Plain, before: World) -> Record:
    """The record of one that begins."""
    return Record(
        production=production,
        project=plain.project,
        folder=str(plain.folder),
        files=tuple(map(str, plain.files)),
        env_files=tuple(map(str, plain.env_files)),
        profiles=plain.profiles,
        before=before,
    )


_PENDING = Pending("leave.json", Record)
read, write, close = _PENDING.read, _PENDING.write, _PENDING.close


def refuse_unfinished(home: Path, scope: str | None) -> None:
    """Refuse to change production (or everything) while its handing back is half done.

    Raises:
        Refused: saying what to do first.
    """
    record = read(home)
    if record is not None and scope in (None, record.production):
        raise Refused(
            f"handing back {record.production} broke off, and it may be away",
            remedy=f"`partywall resume --back` brings {record.production} back; "
            "`partywall leave` does that, and starts over",
        )
