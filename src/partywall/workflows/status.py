"""How everything is at this moment, as one document."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.interfaces import Health
from partywall.model.errors import PartywallError
from partywall.model.world import Entry, Instance, Key, Limit, Route, World, environment_of, name_of
from partywall.planning.diff import plan
from partywall.workflows.project import Project

Document = dict[str, Any]


def status(project: Project) -> Document:
    """The document of `status --json`; an environment that cannot be read has unknown drift."""
    observed = project.observer.observe()
    drift, unread = _drift(project, observed)
    instances = {
        key: entry for key, entry in observed.entries.items() if isinstance(entry.thing, Instance)
    }
    health = project.engine.health(instances)
    limits = _limits(project, observed)
    rows = {
        key: _row(entry, health.get(key, Health(running=entry.running)), limits, drift.get(key))
        for key, entry in instances.items()
    }
    return {
        "project": project.settings.project,
        "architecture": " + ".join(project.settings.architecture),
        "choices": msgspec.to_builtins(project.choices),
        "engine": project.engine_name,
        "environments": {
            name: _environment(project, name, rows, observed, unread)
            for name in _names(project, observed)
        },
        "shared": _of("shared", rows),
        "edge": _edge(project, rows),
        "unwatched": project.engine.unwatched() or None,
    }


def _names(project: Project, observed: World) -> list[str]:
    """Those of the settings, and those that are still there without being in them."""
    known = list(project.settings.environments)
    left = observed.environments() - {*known, "shared", "machine"}
    return [*known, *sorted(left)]


def _drift(project: Project, observed: World) -> tuple[dict[Key, str], dict[str, str]]:
    """What differs per key, and why some environments could not be read."""
    drift: dict[Key, str] = {}
    unread: dict[str, str] = {}
    standing = [name for name in project.settings.environments if name in observed.environments()]
    with contextlib.suppress(PartywallError):
        project.apps(standing)  # all at once, which is quicker; one that is wrong is told below
    for name in standing:
        try:
            steps = plan(project.desired([name]), observed, name).steps
        except PartywallError as error:
            unread[name] = error.what
        else:
            drift |= {
                step.key: f"{step.action.value}: {step.why}"
                for step in steps
                if not step.only_waits
            }
    return drift, unread


def _environment(
    project: Project,
    name: str,
    rows: Mapping[Key, Document],
    observed: World,
    unread: Mapping[str, str],
) -> Document:
    said = project.settings.environments.get(name)
    services = _of(name, rows)
    present = any(service["state"] != "stopped" for service in services.values())
    routes = [
        thing.host
        for thing in observed.things()
        if isinstance(thing, Route) and environment_of(thing.key) == name
    ]
    return {
        "url": project.url(name) if said else None,
        "hosts": sorted(set(routes)),
        "present": present,
        "healthy": present
        and all(service["healthy"] is not False for service in services.values()),
        "production": said.production if said else False,
        "protected": said.protected if said else False,
        "user": said.user if said and said.protected else None,
        "expires": None,
        "unreadable": unread.get(name),
        "services": services,
    }


def _limits(project: Project, observed: World) -> dict[str, int]:
    """Bytes that an environment may take: as made, else as wanted (and then not enforced)."""
    things = [*project.unmade, *observed.things()]
    return {
        environment_of(thing.key): thing.memory_bytes
        for thing in things
        if isinstance(thing, Limit)
    }


def _row(entry: Entry, now: Health, limits: Mapping[str, int], drift: str | None) -> Document:
    uptime = time.time() - now.started if now.running and now.started else None
    assert isinstance(entry.thing, Instance)  # noqa: S101  (chosen by type above)
    return {
        "role": entry.thing.role.value,
        "healthy": _healthy(now),
        "state": _state(entry, now),
        "memory_bytes": now.memory_bytes,
        "limit_bytes": now.limit_bytes or limits.get(environment_of(entry.thing.key)),
        "limit_enforced": now.limit_enforced,
        "drift": drift,
        "uptime_seconds": uptime,
        "restarts": now.restarts,
        "says": now.says,
    }


def _state(entry: Entry, now: Health) -> str:
    """`starting` until the first answer of a health check."""
    if not now.running:
        return "stopped"
    checked = isinstance(entry.thing, Instance) and entry.thing.health is not None
    return "starting" if checked and now.healthy is None else "running"


def _healthy(now: Health) -> bool | None:
    return now.healthy if now.running else False


def _of(environment: str, rows: Mapping[Key, Document]) -> Document:
    return {name_of(key): row for key, row in rows.items() if environment_of(key) == environment}


def _edge(project: Project, rows: Mapping[Key, Document]) -> Document:
    row = _of("machine", rows).get("edge")
    ports = {"http": project.ports.http, "https": project.ports.https}
    return {"present": row is not None, **(row or {}), "ports": ports}
