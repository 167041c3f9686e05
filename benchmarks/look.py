"""What an installation takes: memory at rest, disk, and how many servers and programs run."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from partywall.model.world import Checkout, Instance, Key, Volume, environment_of
from partywall.system.machine import disk_bytes
from partywall.workflows.opening import Where, open_project
from partywall.workflows.project import Project

_SETTLE_SECONDS = 10
_LOOKS = 10
"""A second apart. The least of each counts: a health check is a program beside the service."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What is there at this moment, in bytes."""

    memory: dict[str, int]
    """Environment, `shared` or `machine` → bytes."""
    data: int
    files: int
    running: int


def taken(folder: Path) -> Taken:
    """Of the installation in a folder, once it has come to rest."""
    project = open_project(Where(folder=folder))
    seen = project.observer.observe()
    running = [
        key for key, one in seen.entries.items() if one.running and isinstance(one.thing, Instance)
    ]
    volumes = [thing.key for thing in seen.things() if isinstance(thing, Volume)]
    checkouts = [thing.folder for thing in seen.things() if isinstance(thing, Checkout)]
    return Taken(
        memory=_memory(project, running),
        data=sum(_disk(project, key) for key in volumes),
        files=sum(disk_bytes(folder / one) for one in checkouts),
        running=len(running),
    )


def _memory(project: Project, running: Iterable[Key]) -> dict[str, int]:
    time.sleep(_SETTLE_SECONDS)
    least: dict[Key, int] = {}
    for _ in range(_LOOKS):
        time.sleep(1.0)
        for key, now in project.engine.health(running).items():
            if now.memory_bytes is None:
                raise RuntimeError(f"nobody can say how much memory {key} has")
            least[key] = min(now.memory_bytes, least.get(key, now.memory_bytes))
    places: dict[str, int] = defaultdict(int)
    for key, size in least.items():
        places[environment_of(key)] += size
    return dict(places)


def _disk(project: Project, volume: Key) -> int:
    folder = project.engine.folder(volume)
    try:
        return disk_bytes(folder) if folder and any(folder.iterdir()) else 0
    except PermissionError as error:
        raise RuntimeError("volumes can be measured by root alone") from error
