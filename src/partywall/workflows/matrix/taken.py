"""What an installation takes: memory and processors at rest, disk, and how many programs run."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from partywall.model.errors import PartywallError
from partywall.model.world import Checkout, FileSpace, Instance, Key, Volume, World, environment_of
from partywall.proof.matrix.figures import Taken
from partywall.system.machine import disk_bytes
from partywall.workflows.matrix.errors import NotMeasured
from partywall.workflows.matrix.pace import Pace
from partywall.workflows.project import Project

_DU_SECONDS = 60.0


def taken(project: Project, seen: World, pace: Pace, up_seconds: float) -> Taken:
    """What it takes once it has come to rest.

    Of memory the least of several looks counts, a second apart: a health check is a program beside
    the service. Processors are those used from the first look to the last.

    Raises:
        NotMeasured: when nobody can say how much something takes.
    """
    running = [
        key for key, one in seen.entries.items() if one.running and isinstance(one.thing, Instance)
    ]
    time.sleep(pace.settle)
    least, cores = _at_rest(project, running, pace.looks)
    places: dict[str, int] = defaultdict(int)
    for key, size in least.items():
        places[environment_of(key)] += size
    checkouts = [one.folder for one in seen.things() if isinstance(one, Checkout)]
    volumes = [
        one.key
        for one in seen.things()
        if isinstance(one, Volume) and not isinstance(one, FileSpace)
    ]
    return Taken(
        memory_bytes=dict(places),
        data_bytes=sum(_disk(project, seen, key) for key in volumes),
        files_bytes=sum(disk_bytes(project.folder / one) for one in checkouts),
        idle_cores=round(cores, 4),
        running=len(running),
        up_seconds=round(up_seconds, 2),
        instance_bytes=least,
    )


def _at_rest(project: Project, running: Sequence[Key], looks: int) -> tuple[dict[Key, int], float]:
    least: dict[Key, int] = {}
    began, before = time.monotonic(), _spent(project, running)
    for _ in range(looks):
        time.sleep(1.0)
        for key, now in project.engine.health(running).items():
            if now.memory_bytes is None:
                raise NotMeasured(f"nobody can say how much memory {key} has")
            least[key] = min(now.memory_bytes, least.get(key, now.memory_bytes))
    used = _spent(project, running) - before
    return least, max(0.0, used) / (time.monotonic() - began)


def _spent(project: Project, running: Sequence[Key]) -> float:
    return sum(one.cpu_seconds or 0.0 for one in project.engine.health(running).values())


def _disk(project: Project, seen: World, volume: Key) -> int:
    folder = project.engine.folder(volume)
    if folder is None:
        return 0
    if _readable(folder):
        return disk_bytes(folder)
    return _inside(project, seen, volume)


def _readable(folder: Path) -> bool:
    return os.geteuid() == 0 or (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK))


def _inside(project: Project, seen: World, volume: Key) -> int:
    """As a service sees it that has the volume: the engine's own folders are root's."""
    for key, entry in seen.entries.items():
        if not (entry.running and isinstance(entry.thing, Instance)):
            continue
        for mount in entry.thing.mounts:
            if mount.source == volume:
                try:
                    said = project.engine.reach().run_beside(
                        key, ["du", "-sk", mount.target], seconds=_DU_SECONDS
                    )
                except PartywallError:
                    continue
                if said.out.split()[:1] and said.out.split()[0].isdecimal():
                    return int(said.out.split()[0]) << 10
    raise NotMeasured(f"nobody but root can say how much disk {volume} takes")
