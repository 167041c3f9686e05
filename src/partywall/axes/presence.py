"""Axis `presence`: which environments' own services stand at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from partywall.axes.hosts import called
from partywall.axes.instance import instance, key_of, part_of
from partywall.axes.site import Environment, Site, before, is_postgres, own
from partywall.model.app import Condition, Role, Service
from partywall.model.choices import Presence
from partywall.model.world import AnyThing, Instance, Job, Need, Network

OTHERS = frozenset({Role.DATABASE, Role.CACHE, Role.BROKER, Role.FLAGS})
"""Roles that have an axis of their own."""
_SEEDERS = (Role.APP, Role.WEB, Role.WORKER)
_OF_A_SERVICE = frozenset({"healthcheck", "depends_on", "expose", "scale", "deploy"})
"""What of a definition makes no sense for a command that runs once."""


def together(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """Every environment's services, jobs and networks, all at once."""
    for name, network in sorted(environment.app.networks.items()):
        there = before(environment, name, network)
        yield Network(
            key=own(environment, "network", name),
            name=there or f"{site.project}-{environment.name}_{name}",
            internal=bool(network.get("internal")),
            external=bool(there),
        )
    for service in environment.app.services.values():
        if service.role is Role.JOB:
            key = key_of(environment, service)
            made = instance(environment, service, key)
            yield Job(key=key, needs=made.needs, instance=made)
        elif service.role not in OTHERS:
            yield instance(environment, service)
    if environment.seed is not None:
        yield from _seed(environment, environment.seed)


def _seed(environment: Environment, command: tuple[str, ...]) -> Iterable[Job]:
    """A job that fills a fresh environment, run as the app itself would run it."""
    service = _seeder(environment)
    if service is None:
        return
    key = own(environment, "job", "seed")
    made = instance(environment, service, key)
    needs = tuple(sorted({*made.needs, *_before_seed(environment)}))
    run = Instance(
        key=key,
        needs=needs,
        service="seed",
        role=Role.JOB,
        image=made.image,
        build=made.build,
        command=command,
        run=command,
        environment=made.environment,
        mounts=made.mounts,
        attachments=made.attachments,
        hosts=made.hosts,
        definition=_once(made.definition, command),
    )
    yield Job(key=key, needs=needs, instance=run, once_per="data")


def _before_seed(environment: Environment) -> Iterable[Need]:
    """What must have been done, and what must answer: every datastore, whoever names it."""
    for service in environment.app.services.values():
        if service.role is Role.JOB:
            yield Need(key_of(environment, service))
        elif service.role in OTHERS:
            yield Need(key_of(environment, service), Condition.HEALTHY)
        if is_postgres(service):
            yield Need(own(environment, "database", service.name))
        yield from part_of(environment, service)


def _once(definition: dict[str, Any], command: tuple[str, ...]) -> dict[str, Any]:
    """The definition of a service that runs another command, once."""
    if not definition:
        return {}
    kept = {name: value for name, value in definition.items() if name not in _OF_A_SERVICE}
    return {**kept, "command": [word.replace("$", "$$") for word in command], "restart": "no"}


def _seeder(environment: Environment) -> Service | None:
    """The service that it runs as: of those that name a datastore the first by role, else any."""
    services = environment.app.services.values()
    able = [service for role in _SEEDERS for service in services if service.role is role]
    stores = {service.name: "" for service in services if service.role in OTHERS}
    return next((service for service in able if called(service, stores)), next(iter(able), None))


def alone(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """The same; `standing` leaves out the environments that do not stand."""
    return together(site, environment)


OPTIONS = {
    Presence.TOGETHER: together,
    Presence.SWITCHED: alone,
    Presence.ON_DEMAND: alone,
    Presence.SINGLE: alone,
}
