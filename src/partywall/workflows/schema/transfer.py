"""`schema copy`, `dump` and `restore`: the tables of one environment, elsewhere or in a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.data.postgres.schemas import copy as copying
from partywall.data.postgres.schemas import restore as restoring
from partywall.data.postgres.schemas import scaffold
from partywall.data.postgres.schemas.copy import Copied, Tell
from partywall.data.postgres.schemas.scaffold import Scaffold
from partywall.model.errors import BadInput, Place, Refused
from partywall.model.world import name_of
from partywall.system.files import write_atomically
from partywall.workflows import sharing
from partywall.workflows.project import Project
from partywall.workflows.schema import place, record, unfinished
from partywall.workflows.schema.place import Home
from partywall.workflows.schema.record import Record
from partywall.workflows.schema.sides.side import Side

_PRIVATE = 0o600


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How tables take their place."""

    aside: bool
    """Whether what is there is kept under another name, and not refused."""
    service: str = ""
    """Which database, where there are several."""


def copy(
    project: Project, source: str, target: str, wanted: Wanted, tell: Tell, *, data: bool
) -> Copied:
    """Make the target's tables as the source's; the source is only read.

    Raises:
        Refused: when the target is attached, or is not empty and not to be kept aside.
        PartywallError: when it does not get through; the target is then as it was.
    """
    _check_ours(project, target)
    homes = [place.find(project, name, wanted.service) for name in (source, target)]
    seats = [place.seat(project, home) for home in homes]
    with _recorded(project, homes[1], "copy", wanted, tell) as names:
        reach = project.engine.reach()
        return copying.copy(reach, seats[0], seats[1], names, data=data, tell=tell)


def dump(side: Side, tell: Tell, *, data: bool) -> str:
    """The tables of a side as text that `psql` reads; nothing is changed.

    Raises:
        PartywallError: when they cannot be read.
    """
    with side.opened(tell) as looking:
        return looking.dumped([] if data else ["--schema-only"])


def keep(file: Path, text: str) -> None:
    """Write a dump that only its owner can read; another file of that name is not overwritten.

    Raises:
        Refused: when there is one.
    """
    if file.exists():
        raise Refused(f"{file} is there already", remedy="name another file, or move that one")
    write_atomically(file, text.encode(), mode=_PRIVATE)


def restore(project: Project, environment: str, file: Path, wanted: Wanted, tell: Tell) -> Copied:
    """Make the tables of an environment as a dump says.

    Raises:
        BadInput: when there is no such file.
        Refused: when the dump would go elsewhere, or the tables are not empty.
        PartywallError: when it does not get through; they are then as they were.
    """
    _check_ours(project, environment)
    home = place.find(project, environment, wanted.service)
    dump = restoring.Dump(_read(file), file.name)
    with _recorded(project, home, "restore", wanted, tell) as names:
        reach, seat = project.engine.reach(), place.seat(project, home)
        return restoring.restore(reach, dump, seat, names, tell=tell)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise BadInput(
            f"the dump cannot be read: {error.strerror}", where=Place(str(file))
        ) from None
    except UnicodeDecodeError:
        raise BadInput(
            "this is no dump as text",
            where=Place(str(file)),
            remedy="write it with `partywall schema dump`, or `pg_dump --format=plain`",
        ) from None


def _check_ours(project: Project, environment: str) -> None:
    if environment in project.attachments:
        raise Refused(
            f"{environment} is attached: Partywall looks at it and does not change it",
            where=project.settings.where("environments", environment, "attach"),
            remedy="`partywall take-over` makes it Partywall's own",
        )


@contextlib.contextmanager
def _recorded(
    project: Project, home: Home, verb: str, wanted: Wanted, tell: Tell
) -> Iterator[Scaffold]:
    """Hold the environment, with a record on disk for as long as anything may be left."""
    name = home.environment
    with sharing.hold(project, {name}, f"schema {verb}"):
        if done := unfinished.clear(project, name):
            tell(done)
        moment = int(project.clock.now() * 1000)
        names = scaffold.planned(home.schema, moment, keep=wanted.aside)
        begun = Record(verb=verb, environment=name, service=name_of(home.database.key), names=names)
        record.write(project.home, begun)
        try:
            yield names
        finally:
            unfinished.clear_all(project, [name])
