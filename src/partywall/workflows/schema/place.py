"""Where an environment's tables are, and a way in with its own rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.data.postgres.connect import connect
from partywall.data.postgres.schemas.seat import Login, Seat
from partywall.model.errors import BadInput
from partywall.model.secret import Secret
from partywall.model.world import SHARED, Database, Instance, World, environment_of, name_of
from partywall.workflows.project import Project

if TYPE_CHECKING:
    from psycopg import Connection

PUBLIC = "public"
_SCHEMAS = """SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'
    AND nspname <> 'information_schema' AND nspname !~ '_(kept|new)_\\d{17}$' ORDER BY nspname"""
"""What a copy keeps or builds is nothing of the app's."""


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """An environment's database, or its schema in one."""

    environment: str
    database: Database

    @property
    def schema(self) -> str:
        """The schema that its app finds first."""
        return self.database.schema or PUBLIC


def find(
    project: Project, environment: str, service: str = "", observed: World | None = None
) -> Home:
    """The database of an environment.

    Args:
        project: the project.
        environment: whose.
        service: of several, which one.
        observed: what there is, where somebody has looked already.

    Raises:
        BadInput: when there is none, or several and none is named.
    """
    project.environment(environment)
    observed = observed or project.seen()
    known = _databases(project, environment, observed)
    chosen = [one for one in known if service in ("", name_of(one.key))]
    if len(chosen) != 1:
        names = ", ".join(name_of(one.key) for one in known)
        raise BadInput(
            f"{environment} has no PostgreSQL database {service}".rstrip()
            if not chosen
            else f"{environment} has several databases",
            remedy=f"name one with --service: {names}" if names else "`schema` is about PostgreSQL",
        )
    seen = observed.entries.get(chosen[0].server)
    if seen is None or not isinstance(seen.thing, Instance) or not seen.running:
        raise BadInput(
            f"{chosen[0].server} does not run", remedy=f"`partywall up {environment}` first"
        )
    return Home(environment=environment, database=chosen[0])


def _databases(project: Project, environment: str, observed: World) -> list[Database]:
    """As they were made; of an attached environment, as its Compose file says."""
    there = [one for one in observed.things() if isinstance(one, Database)]
    mine = [one for one in there if environment_of(one.key) == environment]
    wanted = project.wanted([environment]).things() if not mine else ()
    return mine or [one for one in wanted if isinstance(one, Database)]


@contextmanager
def entered(project: Project, home: Home) -> Iterator[Connection[Any]]:
    """A connection to it as its owner.

    Raises:
        MachineFailed: when it does not let its owner in.
    """
    database = home.database
    with connect(
        project.engine.reach(),
        database.server,
        database=database.name,
        user=database.owner,
        password=password(project, home),
    ) as connection:
        yield connection


def password(project: Project, home: Home) -> Secret:
    """What its owner logs in with."""
    ref = home.database.password
    return Secret("") if ref is None else project.store.value(home.environment, ref)


def seat(project: Project, home: Home) -> Seat:
    """The same for what goes through `pg_dump`, and may need the administrator."""
    database = home.database
    owner = Login(user=database.owner, password=password(project, home))
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


def schemas(connection: Connection[Any]) -> dict[str, str]:
    """The app's schemas in a database of its own: what each is compared as → its name."""
    names = [str(row[0]) for row in connection.execute(_SCHEMAS)]
    return {"" if name == PUBLIC else name: name for name in names}
