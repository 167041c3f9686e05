"""What all architectures of a run start from: files, settings, ports; and on which machine."""

from __future__ import annotations

import hashlib
import platform
import random
import time
from pathlib import Path
from typing import Any

import msgspec

from partywall import __version__
from partywall.compose import yamlfile
from partywall.system import machine, sockets
from partywall.system.files import read_bytes
from partywall.workflows.matrix import files
from partywall.workflows.matrix.scratch import Source as Files
from partywall.workflows.matrix.scratch_settings import Document, production_and_other
from partywall.workflows.project import Project

OVERLAY = "partywall-matrix.yaml"
"""A Compose file of the copy's own, the last one: what a deploy changes."""
_PORTS = (20_000, 32_000)
"""Below those that the kernel gives to callers."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What all architectures of a run start from."""

    files: Files
    said: Document
    """The user's settings as they are written."""
    engine: str
    compose: tuple[str, ...]
    """The Compose files, seen from the project's folder, and `OVERLAY`; empty where environments
    have different ones."""
    environments: tuple[str, ...]
    """Production and the other."""
    ports: tuple[int, int, int]


def ground_of(project: Project) -> Ground:
    """What a run starts from, as it is now."""
    settings = project.settings
    said = yamlfile.parse(_text(project), settings.file.file if settings.file else "").data
    return Ground(
        files=_files(project),
        said=said or {},
        engine=project.engine.name,
        compose=_compose(project),
        environments=production_and_other([*settings.environments], settings.production.name),
        ports=_free_ports(),
    )


def _files(project: Project) -> Files:
    """What of the user's folder is copied."""
    folder = project.folder
    apps = project.apps(project.settings.environments)
    env_files = [
        one.path for said in project.settings.environments.values() for one in said.env_files
    ]
    named = [Path(path) for app in apps.values() for path in app.env_files]
    attached = [
        Path(one.file)
        for app in apps.values()
        for service in app.services.values()
        for one in service.attachments
        if one.file
    ]
    bound = [
        Path(mount.source)
        for app in apps.values()
        for service in app.services.values()
        for mount in service.mounts
        if mount.kind == "bind"
    ]
    private = [*env_files, *named, *attached]
    names = files.wanted(folder, project.everyone(), [*private, *bound])
    secret = {path.relative_to(folder) for path in private if path.is_relative_to(folder)}
    return Files(folder=folder, names=names, private=secret)


def _compose(project: Project) -> tuple[str, ...]:
    """The Compose files of all environments, and the copy's own; none where they differ."""
    found = set()
    for name in project.settings.environments:
        folder = project.sources.of(name).settings.folder
        inside = (
            file.relative_to(folder) if file.is_relative_to(folder) else file
            for file in project.files(name)
        )
        found.add(tuple(map(str, inside)))
    return (*found.pop(), OVERLAY) if len(found) == 1 else ()


def _text(project: Project) -> bytes:
    """What the user's settings say; a project may have none."""
    file = project.settings.file
    return (read_bytes(Path(file.file)) or b"") if file else b""


def digest(project: Project) -> str:
    """What the files say that describe the app, without its secrets."""
    mark = hashlib.sha256(_text(project))
    for name in project.settings.environments:
        for file in project.files(name):
            mark.update(read_bytes(file) or b"")
    return mark.hexdigest()[:16]


def _free_ports() -> tuple[int, int, int]:
    found: list[int] = []
    while len(found) < 3:
        port = random.randint(*_PORTS)  # noqa: S311  (nothing secret about it)
        if port not in found and sockets.can_bind("127.0.0.1", port):
            found.append(port)
    return found[0], found[1], found[2]


def machine_facts() -> dict[str, Any]:
    """On what it is measured, and when."""
    return {
        "cores": machine.cores(),
        "memory_bytes": machine.memory_bytes(),
        "processor": machine.processor(),
        "kernel": platform.release(),
        "partywall": __version__,
        "measured": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
