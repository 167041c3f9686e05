"""Axis `database`: what keeps two environments' rows apart."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.instance import instance
from partywall.axes.site import Environment, Site, is_postgres, own
from partywall.model.app import Condition, Role, Service, by_file
from partywall.model.choices import DatabaseWall
from partywall.model.secret import references
from partywall.model.world import AnyThing, Database, Need


def server(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A database server per environment, with the database its image would make."""
    for service in environment.app.services.values():
        if service.role is Role.DATABASE:
            yield instance(environment, service)
            if is_postgres(service):
                yield _database(environment, service)


def _database(environment: Environment, service: Service) -> Database:
    """Names as the official image takes them from its variables."""
    given = {**service.environment, **by_file(service.environment, service.attachments)}
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


OPTIONS = {DatabaseWall.SERVER: server, DatabaseWall.COMMON: common}
