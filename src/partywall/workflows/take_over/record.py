"""What is on disk while a take-over is under way: how far it is, and the way back."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.execution.pending import Pending
from partywall.interfaces import Original
from partywall.model.errors import Refused
from partywall.model.operation import Operation, Stage

STAGES = (
    Stage(name="save", why="dump the databases, while the originals serve", reversible=True),
    Stage(
        name="images",
        why="build or fetch what is needed and make the networks, before anything stops",
        reversible=True,
    ),
    Stage(name="stop", why="stop the originals; from here on production is away", reversible=True),
    Stage(name="start", why="start the new ones on the same data", reversible=True),
    Stage(name="check", why="see that all data are the same", reversible=True),
    Stage(name="settle", why="write the settings and remove the originals", reversible=False),
)
"""The last one begins only when the new ones serve and have been looked at."""
_DONE = STAGES[-1].name


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An operation, the stage that it has begun, and what it began from."""

    operation: Operation
    stage: str
    project: str
    """The Compose project whose containers the originals are."""
    originals: tuple[Original, ...]
    saved: str = ""
    """The folder of the dumps."""

    @property
    def settled(self) -> bool:
        """Whether it can only be finished, and not be taken back."""
        return self.stage == _DONE


def begun(environment: str, project: str, originals: tuple[Original, ...]) -> Record:
    """The record of an operation at its first stage."""
    return Record(
        operation=Operation(verb="take-over", environment=environment, stages=STAGES),
        stage=STAGES[0].name,
        project=project,
        originals=originals,
    )


_PENDING = Pending("take-over/operation.json", Record)
read, write, close = _PENDING.read, _PENDING.write, _PENDING.close


def refuse_unfinished(home: Path, scope: str | None) -> None:
    """Refuse to change an environment (or everything) whose take-over is half done.

    Raises:
        Refused: saying what to do first.
    """
    record = read(home)
    if record is not None and scope in (None, record.operation.environment):
        name = record.operation.environment
        raise Refused(
            f"a take-over of {name} broke off (at: {record.stage})",
            remedy=f"`partywall resume --back` lets the originals serve again; `partywall "
            f"take-over {name}` does that, and starts over",
        )
