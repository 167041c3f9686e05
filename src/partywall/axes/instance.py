"""A Compose service turned into an instance of an environment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from partywall.axes.definition import built, handed_on, relative
from partywall.axes.hosts import called
from partywall.axes.names import other_names
from partywall.axes.ports import bypassing
from partywall.axes.site import Environment, is_postgres, own, volume_of
from partywall.model.app import App, Attachment, Condition, Dependency, Mount, Port, Role, Service
from partywall.model.world import SHARED, Instance, Key, Need

SPACES = {Role.CACHE: "keyspace", Role.BROKER: "topicspace", Role.DATABASE: "database"}
"""What an environment's part of a shared server is called in keys."""


def key_of(environment: Environment, service: Service) -> Key:
    """The key of what a service becomes: an instance, a shared one, or a job that runs once."""
    if service.name in environment.shares:
        return f"{SHARED}/{service.name}"
    if service.role is Role.JOB:
        return own(environment, "job", service.name)
    return f"{environment.name}/{service.name}"


def instance(environment: Environment, service: Service, key: Key | None = None) -> Instance:
    """The instance of a service, with everything it needs first."""
    app = environment.app
    return Instance(
        key=key or f"{environment.name}/{service.name}",
        needs=_needs(environment, service),
        service=service.name,
        role=service.role,
        image=service.image,
        build=None if service.build is None else built(service.build, app.folder),
        command=service.command,
        entrypoint=service.entrypoint,
        run=service.run,
        environment=dict(sorted(service.environment.items())),
        mounts=tuple(_mount(environment, mount) for mount in service.mounts),
        ports=service.exposed,
        published=_published(environment, service),
        health=service.health,
        restart=service.restart,
        stop_signal=service.stop_signal,
        stop_grace=service.stop_grace,
        hosts=called(service, _reachable(environment, service)),
        config=_config(service, app),
        attachments=tuple(_attachment(one, app) for one in service.attachments),
        session=service.session,
        definition=_definition(environment, service),
    )


def _published(environment: Environment, service: Service) -> tuple[Port, ...]:
    """A port of the host can be production's alone; what it had before it was ours, it keeps."""
    if environment.scratch or not (environment.production and environment.definitions):
        return ()
    return service.ports if environment.volumes_of else bypassing(environment.app, service)


def _definition(environment: Environment, service: Service) -> dict[str, Any]:
    if not environment.definitions:
        return {}
    settled = frozenset() if environment.production else frozenset(environment.app.bound)
    app = environment.app
    return handed_on(service, app.folder, settled | environment.reads.keys(), app.hidden)


def _reachable(environment: Environment, service: Service) -> dict[str, Key]:
    """Every name under which it finds a service that stays → what it is the name of."""
    services = environment.app.services
    names = {name: name for name, other in services.items() if other.role is not Role.JOB}
    names |= other_names(environment.app, service)
    return {name: key_of(environment, services[to]) for name, to in names.items()}


def _needs(environment: Environment, service: Service) -> tuple[Need, ...]:
    waits = {need for wait in _waits(service) for need in _wait(environment, wait)}
    waits |= {
        need for other in _leans_on(environment, service) for need in part_of(environment, other)
    }
    volumes = {
        Need(volume_of(environment, mount.source))
        for mount in service.mounts
        if mount.kind == "volume" and mount.source
    }
    networks = {
        Need(own(environment, "network", name))
        for name in service.definition.get("networks") or environment.app.networks
    }
    return tuple(sorted(waits | volumes | networks))


def _waits(service: Service) -> Iterable[Dependency]:
    """Those of `depends_on`, and whom it could not start without: whose network it lives in."""
    yield from service.depends_on
    kind, _, name = str(service.definition.get("network_mode") or "").partition(":")
    if kind == "service" and name not in {wait.service for wait in service.depends_on}:
        yield Dependency(name)


def _wait(environment: Environment, wait: Dependency) -> list[Need]:
    other = environment.app.services.get(wait.service)
    if other is None:
        return []
    condition = Condition.DONE if other.role is Role.JOB else wait.condition
    needs = [Need(key_of(environment, other), condition)]
    if is_postgres(other):
        needs.append(Need(own(environment, "database", other.name)))
    return [*needs, *part_of(environment, other)]


def part_of(environment: Environment, service: Service) -> list[Need]:
    """The environment's part of a shared server, which must be there before it is asked."""
    if service.name not in environment.shares:
        return []
    return [Need(own(environment, SPACES[service.role], service.name))]


def _leans_on(environment: Environment, service: Service) -> list[Service]:
    """The shared servers that a service calls, whether it says that it waits for them or not."""
    services = environment.app.services
    names = called(service, dict.fromkeys(environment.shares, ""))
    return [services[name] for name in names if name != service.name]


def _mount(environment: Environment, mount: Mount) -> Mount:
    if mount.kind == "volume" and mount.source:
        source = volume_of(environment, mount.source)
    else:
        source = relative(mount.source, environment.app.folder)
    return Mount(
        kind=mount.kind,
        source=source,
        target=mount.target,
        read_only=mount.read_only
        or _is_configuration(environment, mount)
        or (mount.kind == "volume" and mount.source in environment.reads),
    )


def _is_configuration(environment: Environment, mount: Mount) -> bool:
    """Outside production, files that all environments are configured by are read and no more."""
    return (
        not environment.production
        and mount.kind == "bind"
        and mount.source in environment.app.bound
    )


def _attachment(attachment: Attachment, app: App) -> Attachment:
    return msgspec.structs.replace(attachment, file=relative(attachment.file, app.folder))


def _config(service: Service, app: App) -> dict[str, str]:
    paths = [mount.source for mount in service.mounts if mount.kind == "bind"]
    paths += [one.file for one in service.attachments]
    if service.build is not None and isinstance(service.build.get("context"), str):
        paths.append(service.build["context"])
    return {relative(path, app.folder): app.bound[path] for path in paths if path in app.bound}


def instances(environment: Environment, role: Role) -> Iterable[Instance]:
    """An instance of its own for every service with this role that is not a shared server's."""
    for service in environment.app.services.values():
        if service.role is role and service.name not in environment.shares:
            yield instance(environment, service)
