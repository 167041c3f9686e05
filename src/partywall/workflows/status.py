"""How everything is at this moment, as one document."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from partywall.execution import previews as recorded
from partywall.execution.previews import Preview
from partywall.interfaces import Health
from partywall.model.errors import PartywallError
from partywall.model.world import (
    Entry,
    Instance,
    Key,
    Route,
    World,
    environment_of,
    name_of,
)
from partywall.planning.diff import plan
from partywall.system import machine
from partywall.workflows import budget, standing, turns
from partywall.workflows.project import Project
from partywall.workflows.savings import saved

Document = dict[str, Any]
UNKNOWN = "unknown"


class _Drift(msgspec.Struct, frozen=True):
    """What the next `up` would do, and why nothing can be said of some environments."""

    steps: dict[Key, str]
    absent: dict[Key, Instance]
    """Instances that were never made."""
    unread: dict[str, str]


def status(project: Project) -> Document:
    """The document of `status --json`; an environment that cannot be read has unknown drift."""
    observed = project.observer.observe()
    drift = _drift(project, observed)
    seen = {**observed.entries, **project.attached().entries}
    instances = {key: entry for key, entry in seen.items() if isinstance(entry.thing, Instance)}
    health = project.engine.health(instances)
    budgets = budget.budgets(project, observed, drift.steps)
    limits = {name: one["memory_limit_bytes"] for name, one in budgets.items()}
    rows = {
        key: _row(
            entry, health.get(key, Health(running=entry.running)), limits, drift.steps.get(key)
        )
        for key, entry in instances.items()
    }
    rows |= {
        key: _absent(thing, limits, drift.steps.get(key)) for key, thing in drift.absent.items()
    }
    unknown = {key: why for key, why in observed.unknown.items() if _is_service(key)}
    rows |= {key: _unseen(why) for key, why in unknown.items()}
    rows = dict(sorted(rows.items()))
    return {
        "project": project.settings.project,
        "architecture": " + ".join(project.settings.architecture),
        "choices": msgspec.to_builtins(project.choices),
        "engine": project.engine_name,
        "environments": {
            name: {
                **_environment(project, name, rows, observed, drift),
                "limits": budgets.get(name),
            }
            for name in _names(project, observed)
        },
        "shared": _of("shared", rows),
        "saved_bytes": saved(observed, {key: row["memory_bytes"] for key, row in rows.items()}),
        "edge": _edge(project, rows),
        "unwatched": project.engine.unwatched() or None,
    }


def _names(project: Project, observed: World) -> list[str]:
    """Those of the settings, and those that are still there without being in them."""
    known = list(project.settings.environments)
    left = observed.environments() - {*known, "shared", "machine"}
    return [*known, *sorted(left)]


def _drift(project: Project, observed: World) -> _Drift:
    """Of everything that stands; an environment that cannot be read has unknown drift."""
    drift: dict[Key, str] = {}
    absent: dict[Key, Instance] = {}
    unread: dict[str, str] = {}
    standing = [name for name in project.settings.environments if name in observed.environments()]
    with contextlib.suppress(PartywallError):
        project.apps(standing)  # all at once, which is quicker; one that is wrong is told below
    for name in standing:
        try:
            desired = turns.rested(project, project.desired([name]), observed)
            steps = plan(desired, observed, name).steps
        except PartywallError as error:
            unread[name] = error.what
        else:
            drift |= {
                step.key: f"{step.action.value}: {step.why}"
                for step in steps
                if not step.only_waits
            }
            absent |= _missing(desired, observed, name)
    return _Drift(drift, absent, unread)


def _missing(desired: World, observed: World, name: str) -> dict[Key, Instance]:
    """Instances of an environment that stands without them, as after an `up` that broke off."""
    return {
        thing.key: thing
        for thing in desired.things()
        if isinstance(thing, Instance)
        and environment_of(thing.key) == name
        and thing.key not in observed.entries
        and observed.why_unknown(thing.key) is None
    }


def _environment(
    project: Project,
    name: str,
    rows: Mapping[Key, Document],
    observed: World,
    drift: _Drift,
) -> Document:
    said = project.settings.environments.get(name)
    previews = recorded.read(project.home)
    services = _of(name, rows)
    present = any(service["state"] not in ("stopped", "absent") for service in services.values())
    routes = [
        thing.host
        for thing in observed.things()
        if isinstance(thing, Route) and environment_of(thing.key) == name
    ]
    visited = said if said and standing.answers(project, said) else None
    return {
        "url": project.url(name) if visited else None,
        "attached": said.attach if said else None,
        "hosts": sorted(set(routes)),
        "present": present,
        "asleep": name in project.asleep,
        "healthy": present and _well(services.values()),
        "production": said.production if said else False,
        "protected": visited.protected if visited else False,
        "user": visited.user if visited and visited.protected else None,
        "expires": _expires(previews.get(name)),
        "checkout": _checkout(project, name),
        "unreadable": drift.unread.get(name),
        "drift": _beside(name, drift.steps, rows),
        "services": services,
    }


def _expires(preview: Preview | None) -> str | None:
    """When it goes, as ISO 8601 has it; None for what stays."""
    if preview is None:
        return None
    return datetime.fromtimestamp(preview.until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _checkout(project: Project, name: str) -> Document | None:
    """What an environment is made from, and the disk that its files take; None without one."""
    checkout = project.sources.deployed(name)
    if checkout is None:
        return None
    folder = project.folder / checkout.folder
    return {
        "branch": checkout.branch,
        "commit": checkout.commit,
        "disk_bytes": machine.disk_bytes(folder),
    }


def _beside(name: str, steps: Mapping[Key, str], rows: Mapping[Key, Document]) -> dict[str, str]:
    """Drift of what is no service: volumes, networks, routes, jobs."""
    return {
        key.partition("/")[2]: said
        for key, said in sorted(steps.items())
        if environment_of(key) == name and key not in rows
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
        "throttled_seconds": now.throttled_seconds,
        "oom_kills": now.oom_kills,
        "uptime_seconds": uptime,
        "restarts": now.restarts,
        "says": now.says,
    }


def _absent(thing: Instance, limits: Mapping[str, int], drift: str | None) -> Document:
    """The row of a service that was never made: wanted, and neither well nor unwell."""
    row = _row(Entry(thing=thing, fingerprint=""), Health(running=False), limits, drift)
    return {**row, "state": "absent", "healthy": None}


def _is_service(key: Key) -> bool:
    """Whether it is an instance's key: what is unknown may also be a whole environment."""
    return key.count("/") == 1 and bool(name_of(key))


def _unseen(why: str) -> Document:
    """The row of a service of which nothing can be said."""
    return {
        "role": None,
        "healthy": None,
        "state": UNKNOWN,
        "memory_bytes": None,
        "limit_bytes": None,
        "limit_enforced": False,
        "throttled_seconds": None,
        "oom_kills": None,
        "drift": None,
        "uptime_seconds": None,
        "restarts": None,
        "says": why,
    }


def _well(services: Iterable[Document]) -> bool | None:
    """Whether all are; None when that is not known of one, and none is unwell."""
    every = list(services)
    if any(service["healthy"] is False for service in every):
        return False
    return None if any(service["state"] == UNKNOWN for service in every) else True


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
