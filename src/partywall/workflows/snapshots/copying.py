"""Makes a data directory of a living server's files, which recovers when it is started."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.data.postgres.snapshots import backup, configuration
from partywall.data.postgres.snapshots import files as data_files
from partywall.interfaces import Throwaway
from partywall.model.errors import MachineFailed
from partywall.system.treecopy import Mode
from partywall.workflows.project import Project
from partywall.workflows.snapshots import allowance, ladder, source
from partywall.workflows.snapshots.ladder import Way
from partywall.workflows.snapshots.source import Source
from partywall.workflows.snapshots.store import DATA

QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""While a copy is looked at: it is written out whole afterwards, or thrown away."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A data directory on which no server has been looked at yet."""

    source: Source
    """What a server on it must show itself to be, and how it is entered for the first time."""
    bytes: int
    notes: tuple[str, ...] = ()


def copied(project: Project, found: Source, way: Way, draft: Path, *, gently: bool) -> Made:
    """Copy the files in backup mode.

    Raises:
        MachineFailed: when one cannot be copied, or the server does not go into backup mode.
    """
    data = found.ground.data
    if data is None:
        raise MachineFailed(ladder.UNREADABLE)
    owner = project.engine.throwaways().owner(found.like, data)
    mode = Mode(by_reference=way.method == ladder.REFLINK, owner=owner)
    with (
        source.connected(project, found.home, found.admin) as connection,
        backup.entered(connection, gently=gently) as backing,
    ):
        done = data_files.copy_living(backing, data, draft / DATA, mode)
    configure(found, draft / DATA, owner)
    return Made(source=found, bytes=done.bytes)


def configure(found: Source, data: Path, owner: int | None) -> None:
    """Write the files of a data directory that say how its server is set."""
    allowed = allowance.of_machine()
    facts = found.facts
    texts = configuration.files(facts.settings, facts.libraries, allowed.memory_bytes)
    for name, text in texts.items():
        data_files.write_like(data, name, text, owner)


def server(found: Source, name: str, data: Path, seconds: float) -> Throwaway:
    """The server on what is being made."""
    allowed = allowance.of_machine()
    return Throwaway(
        name=name,
        like=found.like,
        hosts=found.names,
        data=data,
        settings=QUICK,
        seconds=seconds,
        memory_bytes=allowed.memory_bytes,
        cpus=allowed.cpus,
    )
