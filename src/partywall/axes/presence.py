"""Axis `presence`: which environments' own services stand at the same time."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.instance import instance, key_of
from partywall.axes.site import Environment, Site, own
from partywall.model.app import Role, Service
from partywall.model.choices import Presence
from partywall.model.world import AnyThing, Instance, Job, Need, Network

OTHERS = frozenset({Role.DATABASE, Role.CACHE, Role.BROKER})
"""Roles that have an axis of their own."""
_SEEDERS = (Role.APP, Role.WEB, Role.WORKER)


def together(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """Every environment's services, jobs and networks, all at once."""
    for name, network in sorted(environment.app.networks.items()):
        yield Network(
            key=own(environment, "network", name),
            name=f"{site.project}-{environment.name}_{name}",
            internal=bool(network.get("internal")),
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
    jobs = {
        Need(key_of(environment, other))
        for other in environment.app.services.values()
        if other.role is Role.JOB
    }
    needs = tuple(sorted(set(made.needs) | jobs))
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
    )
    yield Job(key=key, needs=needs, instance=run, once_per="data")


def _seeder(environment: Environment) -> Service | None:
    services = environment.app.services.values()
    return next(
        (service for role in _SEEDERS for service in services if service.role is role), None
    )


OPTIONS = {Presence.TOGETHER: together}
