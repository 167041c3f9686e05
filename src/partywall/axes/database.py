"""Axis `database`: what keeps two environments' rows apart."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes import sharing
from partywall.axes.instance import instance
from partywall.axes.sense import Senseless
from partywall.axes.servers import entered, servers
from partywall.axes.site import Environment, Site, is_postgres, own
from partywall.model.app import Condition, Role, Service, by_file
from partywall.model.choices import DatabaseWall
from partywall.model.secret import references
from partywall.model.world import AnyThing, Database, Need


def server(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A database server per environment, with the database its image would make."""
    for service in environment.app.services.values():
        if service.role is Role.DATABASE and service.name not in environment.shares:
            yield instance(environment, service)
            if is_postgres(service):
                yield _database(environment, service)


def _database(environment: Environment, service: Service) -> Database:
    """Names as the official image takes them from its variables."""
    given = _given(service)
    owner = given.get("POSTGRES_USER") or "postgres"
    key = f"{environment.name}/{service.name}"
    secrets = references(given.get("POSTGRES_PASSWORD", ""))
    return Database(
        key=own(environment, "database", service.name),
        needs=(Need(key, Condition.HEALTHY),),
        server=key,
        name=given.get("POSTGRES_DB") or owner,
        owner=owner,
        password=min(secrets, default=None),
    )


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return server(site, environment)


def _given(service: Service) -> dict[str, str]:
    return {**service.environment, **by_file(service.environment, service.attachments)}


def database(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One PostgreSQL server for all, a database for each, which lets its owner alone in."""
    yield from server(site, environment)
    yield from servers(site, environment, Role.DATABASE)
    for service in sharing.parts(environment, Role.DATABASE):
        name = sharing.database_name(site.project, environment.name)
        yield Database(
            name=name,
            owner=name,
            kind="database",
            admin=_admin(site, service),
            **entered(environment, service),
        )


def schema(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One PostgreSQL database for all, a schema and a login for each."""
    yield from server(site, environment)
    yield from servers(site, environment, Role.DATABASE)
    for service in sharing.parts(environment, Role.DATABASE):
        yield Database(
            name=sharing.common_database(site.project),
            owner=sharing.database_name(site.project, environment.name),
            kind="schema",
            admin=_admin(site, service),
            schema=_schema_name(environment),
            bounded=not environment.production,
            read=environment.read,
            extensions=environment.extensions.get(service.name, ()),
            **entered(environment, service),
        )


def _admin(site: Site, service: Service) -> str:
    """Who may do everything on a shared server: whom production's file names, as that makes it."""
    made = sharing.production_of(site).app.services[service.name]
    return _given(made).get("POSTGRES_USER") or "postgres"


_TAKEN = frozenset({"public", "extensions"})


def _schema_name(environment: Environment) -> str:
    """As the environment is called, in letters that need no quotes."""
    if environment.name in _TAKEN or environment.name.startswith("pg-"):
        raise Senseless(
            f"with `database: schema` no environment can be called {environment.name}",
            axes=("database",),
            remedy="give it another name, or say `database: database`",
        )
    return environment.name.replace("-", "_")


OPTIONS = {
    DatabaseWall.SERVER: server,
    DatabaseWall.DATABASE: database,
    DatabaseWall.SCHEMA: schema,
    DatabaseWall.COMMON: common,
}
