"""The tables that an app's migrations make of nothing, as they are at a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from partywall.data.postgres.snapshots.blank import Wanted, blank
from partywall.data.postgres.snapshots.server import Login
from partywall.interfaces import Errand
from partywall.model.errors import BadInput, MachineFailed
from partywall.model.world import Instance, name_of
from partywall.rehearsal.stage import Done
from partywall.workflows import exported
from partywall.workflows.project import Project
from partywall.workflows.rehearse.place import Asked, Cast, cast
from partywall.workflows.schema.place import Home
from partywall.workflows.schema.sides.copied import LIFETIME, CopyLooking
from partywall.workflows.schema.sides.moved import moved
from partywall.workflows.schema.sides.side import Tell, Whose
from partywall.workflows.snapshots import keeping, opening, stores, take
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.store import Snapshot, Store

_SECONDS = 1800.0
"""What all migrations together may take on an empty database."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, and found."""

    label: str
    commit: str
    home: Home
    """Whose server it is tried on: its version, its settings, its roles."""
    service: str = ""
    """Whose command migrates; empty: chosen."""


class RevisionSide:
    """A commit that was found, and the job that migrates."""

    def __init__(self, project: Project, said: Revision) -> None:
        """Raises BadInput when there is no such job, or it could only run the code of now."""
        self._project = project
        self._said = said
        database = said.home.database
        self._cast = cast(
            project,
            database,
            Asked(production=said.home.environment, service=said.service, command=False),
        )
        self._check()
        self.whose = Whose(
            label=said.label,
            owner=database.owner,
            schema=said.home.schema,
            whole=not database.schema,
        )

    def _check(self) -> None:
        like = self._cast.like
        engine = self._project.engine
        if not engine.definitions and not like.run:
            raise BadInput(
                f"nothing says what {like.service} runs",
                remedy="say it in its `x-partywall: {run: …}`",
            )
        bound = any(mount.kind == "bind" for mount in like.mounts)
        if engine.definitions and like.build is None and not bound:
            raise BadInput(
                f"{like.service} runs an image that is not built here: it has no code of a commit",
                remedy="let its Compose file say `build:`, or name another with --as SERVICE",
            )

    @contextmanager
    def opened(self, tell: Tell) -> Iterator[CopyLooking]:
        """Migrate an empty database.

        Raises:
            MachineFailed: when the migrations do not get through.
        """
        with (
            exported.of(self._project, self._said.commit) as folder,
            _snapshot(self._project, self._said.home, tell) as (store, snapshot),
            opening.while_open(self._project, store, snapshot, LIFETIME) as opened,
        ):
            self._empty(opened)
            tell(f"{self._cast.like.service} of {self._said.label} migrates an empty database")
            self._migrate(opened, moved(self._project, self._cast.like, folder, self._said.commit))
            yield CopyLooking(self._project, opened)

    def _empty(self, opened: Opened) -> None:
        database, snapshot = self._said.home.database, opened.clone.snapshot
        admin = Login(user=snapshot.admin, password=opened.password, database="template1")
        blank(
            opened.door,
            admin,
            Wanted(
                database=snapshot.database,
                owner=snapshot.owner,
                schema=database.schema,
                extensions=database.extensions,
            ),
        )

    def _migrate(self, opened: Opened, like: Instance) -> None:
        errand = self._errand(opened, self._cast, like)
        done = self._project.engine.throwaways().run(opened.clone.name, errand, lambda: False)
        if done.code:
            said = Done(code=done.code, out=done.out, err=done.err).last_words
            raise MachineFailed(
                f"the migrations of {self._said.label} fail on an empty database",
                detail=[said],
                remedy=f"run those of {like.service} by hand on an empty database",
            )

    def _errand(self, opened: Opened, chosen: Cast, like: Instance) -> Errand:
        own = like.command if self._project.engine.definitions else like.run
        return Errand(
            name=f"{opened.clone.name}-errand-1",
            like=like,
            command=tuple(own or ()),
            environment={**opened.environment(), **chosen.variables(opened.password)},
            hosts=chosen.hosts() | frozenset(opened.clone.snapshot.names),
            seconds=_SECONDS,
        )


@contextmanager
def _snapshot(project: Project, home: Home, tell: Tell) -> Iterator[tuple[Store, Snapshot]]:
    """The latest of that server; without one it is taken, and dropped afterwards."""
    service = name_of(home.database.key)
    known = [
        pair
        for pair in stores.every(project)
        if (pair[1].environment, pair[1].service) == (home.environment, service)
        and not pair[1].holder
    ]
    if known:
        yield known[-1]
        return
    asked = take.Wanted(environment=home.environment, service=service, ready=LIFETIME, held=True)
    store, made = take.take(project, asked, tell)
    try:
        yield store, made
    finally:
        keeping.drop_own(project, made)
