"""The server that a snapshot is taken of: found, asked, and the way to its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.connect import connect, understood
from partywall.data.postgres.schemas.seat import Login
from partywall.data.postgres.snapshots.backup import Unfit, refuse_unfit
from partywall.data.postgres.snapshots.server import Facts, facts
from partywall.model.errors import MachineFailed
from partywall.model.world import Instance, Job, World, environment_of
from partywall.system import treecopy
from partywall.system.files import make_folder
from partywall.workflows.project import Project
from partywall.workflows.schema import place
from partywall.workflows.schema.place import Home
from partywall.workflows.snapshots.ladder import Ground
from partywall.workflows.snapshots.stores import folders

if TYPE_CHECKING:
    from psycopg import Connection

_VERSION = "PG_VERSION"
_LOG = "pg_wal"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A running server with an environment's database."""

    home: Home
    like: Instance
    names: tuple[str, ...]
    """What the environment's services call it."""
    admin: Login
    facts: Facts
    ground: Ground


def find(project: Project, environment: str, service: str) -> Source:
    """The server of an environment's database, and what its machine allows.

    Raises:
        BadInput: when there is no such database, or several and none is named.
        MachineFailed: when its server cannot be asked.
    """
    seen = project.seen()
    home = place.find(project, environment, service, seen)
    seat = place.seat(project, home)
    with connected(project, home, seat.admin) as connection:
        known, unfit = facts(connection), _unfit(connection)
    like = seen.entries.get(home.database.server)
    if like is None or not isinstance(like.thing, Instance):
        raise MachineFailed(f"{home.database.server} is not there any more")
    data = project.engine.throwaways().place(home.database.server, known.data)
    return Source(
        home=home,
        like=like.thing,
        names=_names(seen, environment, like.thing),
        admin=seat.admin,
        facts=known,
        ground=_ground(data, folders(project), unfit or log_elsewhere(data)),
    )


@contextmanager
def connected(project: Project, home: Home, admin: Login) -> Iterator[Connection[Any]]:
    """A connection to the living server, as who may do everything there.

    Raises:
        MachineFailed: when it does not let us in, or ends or refuses in the block.
    """
    server = home.database.server
    logs = f"look at `partywall logs {server.replace('/', ' ', 1)}`, then try again"
    with (
        understood(f"{server} did not do its part", logs),
        connect(
            project.engine.reach(),
            server,
            database=home.database.name,
            user=admin.user,
            password=admin.password,
        ) as connection,
    ):
        yield connection


def _unfit(connection: Connection[Any]) -> str:
    try:
        refuse_unfit(connection)
    except Unfit as error:
        return error.what
    return ""


def log_elsewhere(data: Path | None) -> str:
    """Why the server's log is not to be had with its files; empty: it lies among them."""
    if data is None:
        return ""
    log = data / _LOG
    try:
        if log.is_symlink():
            return f"its log is elsewhere: `{_LOG}` is a link (`POSTGRES_INITDB_WALDIR`)"
        if log.stat().st_dev != data.stat().st_dev:
            return f"its log is elsewhere: `{_LOG}` is a file system of its own"
        if not any(log.iterdir()):
            return f"its log is elsewhere: `{_LOG}` is empty here"
    except OSError as error:
        return f"its log cannot be read: {(error.strerror or str(error)).lower()}"
    return ""


def _names(seen: World, environment: str, server: Instance) -> tuple[str, ...]:
    mine = (one.instance if isinstance(one, Job) else one for one in seen.things())
    callers = (
        one for one in mine if isinstance(one, Instance) and environment_of(one.key) == environment
    )
    called = {name for one in callers for name, key in one.hosts.items() if key == server.key}
    return tuple(sorted({*called, server.service}))


def _ground(data: Path | None, places: list[Path], unfit: str) -> Ground:
    shared: tuple[Path, ...] = ()
    for one in places:
        make_folder(one)
    if data is not None:
        shared = tuple(one for one in places if treecopy.clones(data / _VERSION, one))
    return Ground(data=data, by_reference=shared, stores=tuple(places), unfit=unfit)
