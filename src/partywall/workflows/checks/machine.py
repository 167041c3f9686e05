"""The machine: the engine's programs, ports, access, disk and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator

from partywall.model.world import Instance, Job, environment_of
from partywall.system import access, machine, sockets
from partywall.workflows import foreign_proxy
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.edge_ports import LOOPBACK, used
from partywall.workflows.project import Project

_GIB = 1 << 30
_DISK = 2 * _GIB
_MEMORY_PER_INSTANCE = 48 << 20
"""What a service of the example app takes on average; an estimate for those not running yet."""


def engine(project: Project) -> Iterator[Finding]:
    """Engine: it answers, its programs are installed, and it can run this app."""
    project.engine.identity()
    for sentence in project.engine.refusals(project.desired()):
        yield finding("engine", sentence, "see `partywall init --report`")


def watched(project: Project) -> Iterator[Finding]:
    """Engine: somebody starts again what ends."""
    if sentence := project.engine.unwatched():
        yield finding("engine", sentence, "`partywall up` brings both back")


def deliberate(project: Project) -> Iterator[Finding]:
    """Engine: what it deliberately does not do."""
    for sentence in project.engine.limits:
        yield finding("engine", sentence, "", level="note")


def ports(project: Project) -> Iterator[Finding]:
    """Ports: what the edge wants is free, or held by the edge itself."""
    edge = project.engine.observer().look("machine/edge")
    if edge is not None and edge.running:
        return
    for port in used(project.ports, project.settings).values():
        if not sockets.can_bind(LOOPBACK, port):
            yield finding(
                "ports",
                f"port {port} is taken by another program",
                "stop it, or set `edge: {http: …, https: …}` in partywall.yaml",
            )


def proxy(project: Project) -> Iterator[Finding]:
    """Ports: who has 80 and 443, when it is not the edge."""
    for one in foreign_proxy.holders(project):
        if one.proxy:
            yield finding(
                "ports",
                f"port {one.port} is held by {one}",
                f"`partywall snippet {one.proxy}` prints what leads its visitors to the edge",
                level="note",
            )


def alone(project: Project) -> Iterator[Finding]:
    """Ports: nothing else listens where the edge does, or visitors are dealt out to both."""
    edge = project.engine.observer().look("machine/edge")
    if project.engine.name != "embedded" or edge is None or not edge.running:
        return
    for port in used(project.ports, project.settings).values():
        there = [
            inode
            for address, inode in sockets.listening(port)
            if address == project.edge.settings.bind[0]
        ]
        held = sockets.holders(there)
        if len({frozenset(pids) for pids in held.values()}) > 1:
            pids = ", ".join(str(pid) for pid in sorted(set().union(*held.values())))
            yield finding(
                "ports",
                f"more than one program listens on port {port} (processes {pids}): "
                "visitors reach one of them at random",
                "stop the other one, or set `edge: {http: …, https: …}` in partywall.yaml",
            )


def readable(project: Project) -> Iterator[Finding]:
    """Access: services that run under users of their own can read the project's folder."""
    if project.engine.name != "embedded" or os.geteuid() != 0:
        return
    found = access.closed(project.folder)
    if found is not None:
        yield finding(
            "access",
            f"services run under users of their own, who cannot read {found.what}",
            f"{found.remedy} opens it",
            level="wrong" if found.whole else "warning",
        )


def writable(project: Project) -> Iterator[Finding]:
    """Access: services can write into the folders of the host that are bound into them."""
    seen = set()
    for thing in project.desired().things():
        instance = thing.instance if isinstance(thing, Job) else thing
        uid = project.engine.user(environment_of(thing.key))
        if uid is None or not isinstance(instance, Instance) or instance.run is None:
            continue
        for mount in instance.mounts:
            path = project.folder / mount.source
            if mount.kind != "bind" or mount.read_only or (path, uid) in seen:
                continue
            seen.add((path, uid))
            if found := access.shut_out(path, uid):
                what = f"{thing.key}: {found.what}"
                yield finding("access", what, f"{found.remedy} gives it to them", level="warning")


def disk(project: Project) -> Iterator[Finding]:
    """Disk: there is room."""
    free = machine.free_disk_bytes(project.folder)
    if free < _DISK:
        yield finding(
            "disk",
            f"{free / _GIB:.1f} GiB are free",
            "make room: databases stop when the disk is full; `partywall trash empty` may help",
            level="warning",
        )


def memory(project: Project) -> Iterator[Finding]:
    """Memory: what is not running yet fits."""
    desired = [thing.key for thing in project.desired().things() if isinstance(thing, Instance)]
    health = project.engine.health(desired)
    absent = [key for key in desired if key not in health or not health[key].running]
    need, free = len(absent) * _MEMORY_PER_INSTANCE, machine.free_memory_bytes()
    if need > free:
        yield finding(
            "memory",
            f"{len(absent)} services are not running, and only {free / _GIB:.1f} GiB are free",
            "stop something, or choose an architecture that shares services",
            level="warning",
        )
