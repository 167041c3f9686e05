"""Makes a data directory of a living server's files, which recovers when it is started."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.data.postgres.snapshots import backup, configuration
from partywall.data.postgres.snapshots import files as data_files
from partywall.data.postgres.snapshots.files import Former
from partywall.interfaces import Throwaway
from partywall.model.errors import MachineFailed
from partywall.system import treecopy
from partywall.system.treecopy import Copied, Mode
from partywall.workflows.project import Project
from partywall.workflows.snapshots import allowance, ladder, source
from partywall.workflows.snapshots.ladder import Way
from partywall.workflows.snapshots.source import Source
from partywall.workflows.snapshots.store import (
    DATA,
    Origin,
    Store,
    origin,
    write_first,
    write_origin,
)

AUTO = "postgresql.auto.conf"
VERSION = "PG_VERSION"
QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""While a copy is looked at: it is written out whole afterwards, or thrown away."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A data directory on which no server has been looked at yet."""

    source: Source
    """What a server on it must show itself to be, and how it is entered for the first time."""
    bytes: int
    raw: bool = False
    """Whether it stays as it is, since copies of it cost nothing."""
    notes: tuple[str, ...] = ()


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """An older snapshot of the same server, whose blocks the next one shares."""

    id: str
    former: Former


def copied(
    project: Project, found: Source, way: Way, draft: Path, base: Base | None, *, gently: bool
) -> Made:
    """Copy the files in backup mode.

    Raises:
        MachineFailed: when one cannot be copied, or the server does not go into backup mode.
    """
    data = _data(found)
    owner = project.engine.throwaways().owner(found.like, data)
    mode = Mode(by_reference=way.method == ladder.REFLINK, owner=owner)
    with (
        source.connected(project, found.home, found.admin) as connection,
        backup.entered(connection, gently=gently) as backing,
    ):
        former = base.former if base else None
        done = data_files.copy_living(backing, data, draft / DATA, mode, former)
    configure(found, draft / DATA, owner)
    raw = treecopy.clones(draft / DATA / VERSION, draft)
    if raw:
        write_first(draft, found.admin.password)
        data_files.write_like(
            draft / DATA, AUTO, configuration.text(configuration.hasty(found.facts.version)), owner
        )
    if raw and not mode.by_reference:
        write_origin(draft, Origin(mark=found.facts.mark, data=str(data), known=done.known))
    return Made(source=found, bytes=done.whole.bytes, raw=raw, notes=_notes(base, done.changed))


def base(store: Store, found: Source, way: Way) -> Base | None:
    """The newest snapshot of the same data whose blocks a new copy can share."""
    if way.method != ladder.BASE_BACKUP:
        return None
    data = _data(found)
    for one in reversed(store.all()):
        place = store.place(one.id)
        known = origin(place) if one.raw and not one.holder else None
        if known and (known.mark, known.data) == (found.facts.mark, str(data)):
            return Base(id=one.id, former=Former(data=place / DATA, known=known.known))
    return None


def needed(found: Source, base: Base | None) -> int:
    """Bytes that a copy takes which is not by reference.

    Raises:
        MachineFailed: when the server's files cannot be read.
    """
    return data_files.stale(_data(found), base.former) if base else found.facts.bytes


def _data(found: Source) -> Path:
    if found.ground.data is None:
        raise MachineFailed(ladder.UNREADABLE)
    return found.ground.data


def _notes(base: Base | None, changed: Copied) -> tuple[str, ...]:
    if base is None:
        return ()
    size = changed.bytes >> 20
    return (f"{size} MiB are in files that changed since {base.id}; the rest it shares with it",)


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
