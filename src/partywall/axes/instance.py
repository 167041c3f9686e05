"""A Compose service turned into an instance of an environment."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import msgspec

from partywall.axes.site import Environment, is_postgres, own
from partywall.model.app import App, Attachment, Condition, Dependency, Mount, Role, Service
from partywall.model.world import Instance, Key, Need


def key_of(environment: Environment, service: Service) -> Key:
    """The key of what a service becomes: an instance, or a job when it runs once."""
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
        build=_build(service, app),
        command=service.command,
        entrypoint=service.entrypoint,
        run=service.run,
        environment=dict(sorted(service.environment.items())),
        mounts=tuple(_mount(environment, mount) for mount in service.mounts),
        ports=service.exposed,
        health=service.health,
        restart=service.restart,
        stop_signal=service.stop_signal,
        stop_grace=service.stop_grace,
        hosts={
            name: key_of(environment, other)
            for name, other in sorted(app.services.items())
            if other.role is not Role.JOB
        },
        config=_config(service, app),
        attachments=tuple(_attachment(one, app) for one in service.attachments),
        session=service.session,
    )


def relative(path: str, folder: str) -> str:
    """A path below the project's folder seen from there, so that the folder may move."""
    pure = PurePosixPath(path)
    if not pure.is_relative_to(folder):
        return path
    inner = str(pure.relative_to(folder))
    return inner if inner == "." else f"./{inner}"


def _needs(environment: Environment, service: Service) -> tuple[Need, ...]:
    waits = {need for wait in service.depends_on for need in _wait(environment, wait)}
    volumes = {
        Need(own(environment, "volume", mount.source))
        for mount in service.mounts
        if mount.kind == "volume" and mount.source
    }
    networks = {
        Need(own(environment, "network", name))
        for name in service.definition.get("networks") or environment.app.networks
    }
    return tuple(sorted(waits | volumes | networks))


def _wait(environment: Environment, wait: Dependency) -> list[Need]:
    other = environment.app.services.get(wait.service)
    if other is None:
        return []
    condition = Condition.DONE if other.role is Role.JOB else wait.condition
    needs = [Need(key_of(environment, other), condition)]
    if is_postgres(other):
        needs.append(Need(own(environment, "database", other.name)))
    return needs


def _mount(environment: Environment, mount: Mount) -> Mount:
    if mount.kind == "volume" and mount.source:
        source = own(environment, "volume", mount.source)
    else:
        source = relative(mount.source, environment.app.folder)
    return Mount(kind=mount.kind, source=source, target=mount.target, read_only=mount.read_only)


def _attachment(attachment: Attachment, app: App) -> Attachment:
    return msgspec.structs.replace(attachment, file=relative(attachment.file, app.folder))


def _build(service: Service, app: App) -> dict[str, Any] | None:
    if service.build is None:
        return None
    context = service.build.get("context")
    if not isinstance(context, str):
        return service.build
    return {**service.build, "context": relative(context, app.folder)}


def _config(service: Service, app: App) -> dict[str, str]:
    paths = [mount.source for mount in service.mounts if mount.kind == "bind"]
    paths += [one.file for one in service.attachments]
    if service.build is not None and isinstance(service.build.get("context"), str):
        paths.append(service.build["context"])
    return {relative(path, app.folder): app.bound[path] for path in paths if path in app.bound}


def instances(environment: Environment, role: Role) -> Iterable[Instance]:
    """An instance of its own for every service with this role."""
    for service in environment.app.services.values():
        if service.role is role:
            yield instance(environment, service)
