"""`schema copy`, `dump` and `restore`: the tables of one environment, elsewhere or in a file."""

from __future__ import annotations

import contextlib
from pathlib import Path

from partywall.data.postgres.schemas import restore as restoring
from partywall.data.postgres.schemas.copy import Copied
from partywall.data.postgres.schemas.seat import Login, Seat, dumped
from partywall.model.errors import BadInput, Place, Refused
from partywall.model.secret import Secret
from partywall.model.world import SHARED
from partywall.system.files import write_atomically
from partywall.workflows import sharing
from partywall.workflows.project import Project
from partywall.workflows.schema import place
from partywall.workflows.schema.place import Home

_PRIVATE = 0o600


def copy(
    project: Project, source: str, target: str, *, data: bool, aside: bool, service: str = ""
) -> Copied:
    """Make the target's tables as the source's; the source is only read.

    Raises:
        Refused: when the target is attached, or is not empty and not to be kept aside.
        PartywallError: when it does not get through; the target is then as it was.
    """
    _check_ours(project, target)
    seats = [_seat(project, place.find(project, name, service)) for name in (source, target)]
    with _held(project, target):
        reach = project.engine.reach()
        return restoring.transfer(reach, seats[0], seats[1], replace=aside, data=data)


def dump(project: Project, environment: str, *, data: bool, service: str = "") -> str:
    """The tables of an environment as text that `psql` reads; nothing is changed.

    Raises:
        PartywallError: when they cannot be read.
    """
    seat = _seat(project, place.find(project, environment, service))
    return dumped(project.engine.reach(), seat, [] if data else ["--schema-only"])


def keep(file: Path, text: str) -> None:
    """Write a dump that only its owner can read; another file of that name is not overwritten.

    Raises:
        Refused: when there is one.
    """
    if file.exists():
        raise Refused(f"{file} is there already", remedy="name another file, or move that one")
    write_atomically(file, text.encode(), mode=_PRIVATE)


def restore(
    project: Project, environment: str, file: Path, *, aside: bool, service: str = ""
) -> Copied:
    """Make the tables of an environment as a dump says.

    Raises:
        BadInput: when there is no such file.
        Refused: when the dump would go elsewhere, or the tables are not empty.
        PartywallError: when it does not get through; they are then as they were.
    """
    _check_ours(project, environment)
    seat = _seat(project, place.find(project, environment, service))
    text = _read(file)
    with _held(project, environment):
        return restoring.restore(project.engine.reach(), seat, text, file.name, replace=aside)


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


def _held(project: Project, environment: str) -> contextlib.AbstractContextManager[object]:
    return sharing.hold(project, {environment}, "schema")


def _seat(project: Project, home: Home) -> Seat:
    database = home.database
    owner = Login(user=database.owner, password=place.password(project, home))
    return Seat(
        server=database.server,
        database=database.name,
        schema=home.schema,
        owner=owner,
        admin=_admin(project, home) if database.admin else owner,
    )


def _admin(project: Project, home: Home) -> Login:
    ref = home.database.admin_password
    secret = Secret("") if ref is None else project.store.value(SHARED, ref)
    return Login(user=home.database.admin, password=secret)
