"""Makes a data directory of a server's dump, where its files cannot be copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.compose.envfiles import fresh_secret
from partywall.data.postgres.connect import PORT, connect, understood
from partywall.data.postgres.snapshots import contents, dump
from partywall.data.postgres.snapshots import server as servers
from partywall.data.postgres.snapshots.contents import Contents
from partywall.data.postgres.snapshots.dump import Shape
from partywall.data.postgres.snapshots.server import Login
from partywall.interfaces import Door, Writing
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Key
from partywall.system import machine
from partywall.system.files import make_folder
from partywall.system.git import remove_tree
from partywall.workflows.project import Project
from partywall.workflows.snapshots import copying, source, sweep
from partywall.workflows.snapshots.copying import Made
from partywall.workflows.snapshots.source import Source
from partywall.workflows.snapshots.starting import FAILED, LOOK
from partywall.workflows.snapshots.store import DATA

if TYPE_CHECKING:
    from psycopg import Connection

_FOLDER = "dump"
_ROLES = "roles.sql"
_TEMPLATE = "template1"
_SECONDS = 6 * 3600.0
"""How long a restore may take."""
_STARTING = 120.0
_HELD = (
    "run the same command again; where somebody holds a table for himself, wait until he is done: "
    "a lock is waited for 30 seconds"
)


class Dump(msgspec.Struct, frozen=True, kw_only=True):
    """What was written of a server, and what must be there when it is restored."""

    folder: Path
    shape: Shape
    databases: Mapping[str, Contents]
    """In the order of their files."""


def dumped(project: Project, found: Source, draft: Path, name: str) -> Made:
    """Dump a server with its own programs, and restore it into a cluster made like it.

    Raises:
        MachineFailed: when it cannot be dumped or restored, or not all of it is there then.
    """
    written = Writer(project, found, make_folder(draft / _FOLDER), name).write()
    facts = msgspec.structs.replace(
        found.facts, settings=dump.settled(found.facts.settings), mark=""
    )
    fresh = Login(
        user=found.admin.user, password=Secret(fresh_secret()), database=found.home.database.name
    )
    made = msgspec.structs.replace(found, facts=facts, admin=fresh)
    mark = Cluster(project, made, draft / DATA, name).fill(written)
    remove_tree(written.folder)
    return Made(
        source=msgspec.structs.replace(made, facts=msgspec.structs.replace(facts, mark=mark)),
        bytes=machine.disk_bytes(draft / DATA),
        notes=notes(written.databases),
    )


def notes(found: Mapping[str, Contents]) -> tuple[str, ...]:
    """What is to be known of a dump, and how far it was compared; pure."""
    counted = sum(len(one.rows) for one in found.values())
    left = sum(one.uncounted for one in found.values())
    said = [f"it has all tables that were dumped, and in {counted} of them as many rows"]
    if left:
        said.append(f"the rows of the {left} largest tables were not counted")
    if len(found) > 1:
        said.append("each of its databases shows a moment of its own: they were dumped in turn")
    return tuple(said)


class Writer:
    """Has the server's own programs write what it has."""

    def __init__(self, project: Project, found: Source, folder: Path, name: str) -> None:
        self._project = project
        self._found = found
        self._folder = folder
        self._name = name

    def write(self) -> Dump:
        """Write its roles and all of its databases.

        Raises:
            MachineFailed: when the server does not answer, or one of them cannot be dumped.
        """
        server = self._found.home.database.server
        with understood(f"{server} cannot be dumped", _HELD):
            return self._written(server)

    def _written(self, server: Key) -> Dump:
        found, admin, reach = self._found, self._found.admin, self._project.engine.reach()
        host, port = reach.address(server, PORT)
        door = Door(host=host, port=port)
        with source.connected(self._project, found.home, admin) as connection:
            shape, names = dump.shape(connection), servers.databases(connection)
        roles = self._save(dump.roles(door, admin.user), _ROLES)
        roles.write_text(dump.without(roles.read_text(), shape.first))
        known = {}
        for number, name in enumerate(names):
            with (
                connect(
                    reach, server, database=name, user=admin.user, password=admin.password
                ) as connection,
                contents.of_one_moment(connection) as moment,
            ):
                known[name] = contents.look(connection)
                self._save(dump.database(door, admin.user, name, moment), f"{number}.dump")
        return Dump(folder=self._folder, shape=shape, databases=known)

    def _save(self, command: list[str], file: str) -> Path:
        path = self._folder / file
        done = self._project.engine.throwaways().save(
            Writing(
                name=self._name,
                like=self._found.like,
                command=tuple(command),
                text=self._found.admin.password,
                file=path,
            )
        )
        if done.code:
            raise MachineFailed(
                f"{self._found.home.database.server} cannot be dumped",
                detail=done.err.strip().splitlines()[-5:],
            )
        return path


class Cluster:
    """A new cluster, and the server on it while it is filled."""

    def __init__(self, project: Project, made: Source, data: Path, name: str) -> None:
        self._hands = project.engine.throwaways()
        self._made = made
        self._data = data
        self._name = name

    def fill(self, written: Dump) -> str:
        """Make it, restore all into it, and see that it is there; what tells it from others."""
        made, secret = self._made, self._made.admin.password
        wanted = copying.server(made, self._name, self._data, _SECONDS)
        self._hands.initialise(wanted, dump.initdb(written.shape), secret)
        copying.configure(made, self._data, self._hands.owner(made.like, self._data))
        told = {**wanted.settings, **dump.meanwhile(made.facts.settings)}
        door = self._hands.start(msgspec.structs.replace(wanted, settings=told))
        first = written.shape.first
        with self._entered(door, first, _TEMPLATE) as connection:
            roles = written.folder / _ROLES
            self._feed(dump.restore_roles(door, first), roles, "the roles")
            servers.let_in(connection, made.admin.user, secret)
            mark = servers.mark(connection)
        for number, (name, before) in enumerate(written.databases.items()):
            file = written.folder / f"{number}.dump"
            self._feed(dump.restore(door, made.admin.user), file, name)
            with self._entered(door, made.admin.user, name) as connection:
                contents.compare(name, before, contents.look(connection))
                connection.execute("ANALYZE")
        self._hands.stop(self._name)
        return mark

    @contextmanager
    def _entered(self, door: Door, user: str, database: str) -> Iterator[Connection[Any]]:
        login = Login(user=user, password=self._made.admin.password, database=database)
        coming = servers.come_in(
            door,
            login,
            seconds=_STARTING,
            gone=lambda: sweep.ended(self._hands, self._name, self._data),
        )
        with understood(FAILED, LOOK), coming as connection:
            yield connection

    def _feed(self, words: list[str], file: Path, what: str) -> None:
        given = {"PGPASSWORD": self._made.admin.password.reveal()}
        done = self._hands.feed(self._name, words, file, given)
        if done.code:
            raise MachineFailed(
                f"{words[0]} of {what} failed", detail=done.err.strip().splitlines()[-5:]
            )
