"""What is wrong here, and what to do: each check is one function that yields findings."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from partywall.execution import history
from partywall.execution.lock import Locks
from partywall.model.errors import PartywallError
from partywall.model.world import Instance, environment_of
from partywall.system import machine, sockets
from partywall.workflows.change import Goal, planned
from partywall.workflows.edge_place import LOOPBACK
from partywall.workflows.project import Project

Finding = dict[str, Any]
_GIB = 1 << 30
_DISK = 2 * _GIB
_MEMORY_PER_INSTANCE = 48 << 20
"""What a service of the example app takes on average; an estimate for those not running yet."""
_CLIENT = re.compile(r"(OAUTH|OIDC|GOOGLE|GITHUB|GITLAB|FACEBOOK|DISCORD|STRIPE|PAYPAL|APPLE)")
_OTHERS = 0o077


def doctor(project: Project) -> list[Finding]:
    """Every finding, the weightiest checks first; a check that fails is a finding itself."""
    return [finding for check in _CHECKS for finding in _safely(check, project)]


def _safely(check: Callable[[Project], Iterator[Finding]], project: Project) -> list[Finding]:
    try:
        return list(check(project))
    except PartywallError as error:
        where = f" ({error.where})" if error.where else ""
        name = (check.__doc__ or "").partition(":")[0].lower()
        return [_finding(name, f"{error.what}{where}", error.remedy)]


def _engine(project: Project) -> Iterator[Finding]:
    """Engine: its programs are installed, and it can run this app."""
    for sentence in project.engine.refusals(project.desired()):
        yield _finding("engine", sentence, "see `partywall init --report`")


def _ports(project: Project) -> Iterator[Finding]:
    """Ports: what the edge wants is free, or held by the edge itself."""
    edge = project.engine.observer().look("machine/edge")
    if edge is not None and edge.running:
        return
    for port in (project.ports.http, project.ports.https):
        if not sockets.can_bind(LOOPBACK, port):
            yield _finding(
                "ports",
                f"port {port} is taken by another program",
                "stop it, or set `edge: {http: …, https: …}` in partywall.yaml",
            )


def _unfinished(project: Project) -> Iterator[Finding]:
    """Journal: no run was left half done."""
    run = history.unfinished(project.home)
    if run is not None:
        yield _finding(
            "journal",
            f"`partywall {run.head.verb}` was left half done",
            "`partywall resume` goes on, `partywall resume --back` takes it back",
        )


def _locks(project: Project) -> Iterator[Finding]:
    """Lock: nobody else is changing this installation."""
    locks = Locks(project.home)
    for name in (*project.settings.environments, "machine"):
        holder = locks.holder(name)
        if holder is not None:
            yield _finding("lock", f"{name} is being changed by {holder}", "wait", level="note")


def _equal_secrets(project: Project) -> Iterator[Finding]:
    """Secrets: no value is the same in two environments."""
    values = {
        name: {
            variable: project.store.value(name, ref).reveal()
            for variable, ref in project.given(name).refs.items()
        }
        for name in project.settings.environments
    }
    for one, other in combinations(values, 2):
        for variable, value in values[one].items():
            same = [name for name, text in values[other].items() if text == value and value]
            if same:
                yield _equal(one, other, variable, same)


def _equal(one: str, other: str, variable: str, same: list[str]) -> Finding:
    if _CLIENT.search(variable):
        return _finding(
            "external client",
            f"{variable} is the same client in {one} and {other}",
            f"register a client of its own for {other} with the provider",
            environment=other,
        )
    return _finding(
        "secrets",
        f"{variable} of {one} has the same value as {', '.join(same)} of {other}",
        f"give {other} a value of its own in .env.{other}",
        environment=other,
    )


def _shared_clients(project: Project) -> Iterator[Finding]:
    """External client: no account with a provider is used by two environments."""
    given = {name: project.given(name).variables for name in project.settings.environments}
    for one, other in combinations(given, 2):
        for variable, text in given[one].items():
            known = _CLIENT.search(variable) and "ID" in variable.upper().split("_")
            if known and text and given[other].get(variable) == text:
                yield _equal(one, other, variable, [variable])


def _literals(project: Project) -> Iterator[Finding]:
    """Compose file: what was noticed in it."""
    seen = set()
    for app in project.apps(project.settings.environments).values():
        for one in app.findings:
            if one.kind == "literal-secret" and (one.service, one.what) not in seen:
                seen.add((one.service, one.what))
                yield _finding("compose file", f"{one.service}: {one.what}", one.action)


def _env_files(project: Project) -> Iterator[Finding]:
    """Env files: only their owner can read them, and git does not keep them."""
    for name, environment in project.settings.environments.items():
        for file in environment.env_files:
            if file.path.name == ".env" or not file.path.exists():
                continue
            if file.path.stat().st_mode & _OTHERS:
                yield _finding(
                    "env files",
                    f"{file.path.name} can be read by other users of this machine",
                    f"chmod 600 {file.path.name}",
                    environment=name,
                )
            if _kept_by_git(file.path):
                yield _finding(
                    "env files",
                    f"{file.path.name} is kept by git, secrets and all",
                    f"git rm --cached {file.path.name}, add it to .gitignore, renew its secrets",
                    environment=name,
                )


def _disk(project: Project) -> Iterator[Finding]:
    """Disk: there is room."""
    free = machine.free_disk_bytes(project.folder)
    if free < _DISK:
        yield _finding(
            "disk",
            f"{free / _GIB:.1f} GiB are free",
            "make room: databases stop when the disk is full; `partywall trash empty` may help",
            level="warning",
        )


def _memory(project: Project) -> Iterator[Finding]:
    """Memory: what is not running yet fits."""
    desired = [thing.key for thing in project.desired().things() if isinstance(thing, Instance)]
    health = project.engine.health(desired)
    absent = [key for key in desired if key not in health or not health[key].running]
    need, free = len(absent) * _MEMORY_PER_INSTANCE, machine.free_memory_bytes()
    if need > free:
        yield _finding(
            "memory",
            f"{len(absent)} services are not running, and only {free / _GIB:.1f} GiB are free",
            "stop something, or choose an architecture that shares services",
            level="warning",
        )


def _drift(project: Project) -> Iterator[Finding]:
    """Drift: what stands is what the files say."""
    observed = project.observer.observe()
    for name in project.settings.environments:
        if name not in observed.environments():
            continue
        for step in planned(project, Goal(verb="up", scope=name)).steps:
            if environment_of(step.key) == name:
                yield _finding(
                    "drift",
                    f"{step.key}: {step.why}",
                    f"`partywall up {name}` brings it to what the files say",
                    environment=name,
                    level="warning",
                )


def _open_brokers(project: Project) -> Iterator[Finding]:
    """Broker: nobody gets in without a password."""
    for thing in project.desired().things():
        if isinstance(thing, Instance) and thing.role.value == "broker":
            passwords = [
                text for name, text in thing.environment.items() if "PASS" in name.upper() and text
            ]
            if not passwords:
                yield _finding(
                    "broker",
                    f"{thing.key} takes no password from its variables: anybody may connect",
                    "give it MQTT_USERNAME and MQTT_PASSWORD",
                    environment=environment_of(thing.key),
                    level="warning",
                )


def _deliberate(project: Project) -> Iterator[Finding]:
    """Engine: what it deliberately does not do."""
    for sentence in project.engine.limits:
        yield _finding("engine", sentence, "", level="note")


_CHECKS: tuple[Callable[[Project], Iterator[Finding]], ...] = (
    _engine,
    _ports,
    _unfinished,
    _locks,
    _equal_secrets,
    _shared_clients,
    _literals,
    _env_files,
    _open_brokers,
    _disk,
    _memory,
    _drift,
    _deliberate,
)


def _finding(
    check: str, what: str, remedy: str, *, environment: str = "", level: str = "wrong"
) -> Finding:
    made = {"check": check, "level": level, "what": what, "remedy": remedy}
    return {**made, "environment": environment} if environment else made


def _kept_by_git(path: Path) -> bool:
    try:
        done = subprocess.run(
            ["git", "-C", str(path.parent), "ls-files", "--error-unmatch", path.name],
            capture_output=True,
            check=False,
            timeout=10,
            env={"PATH": os.environ.get("PATH", os.defpath), "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
