"""Volumes without a name: what they hold waits for the instance's next container."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.understand import Inspected, mounts
from partywall.engines.docker.volume_names import VolumeNames
from partywall.interfaces import Held
from partywall.model.world import Key, environment_of


class Unnamed:
    """What instances keep in volumes that only their containers know, remembered by path inside.

    Args:
        api: whom to ask.
        named: volumes that have a name; somebody may have named one of these, too.
        path: the file in which it is remembered.
    """

    def __init__(self, api: Api, named: VolumeNames, path: Path) -> None:
        self._api = api
        self._named = named
        self._kept = VolumeNames(path)

    def kept(self) -> dict[Key, dict[str, str]]:
        """Instance or job → path inside → the engine's name of what waits, or is in use again."""
        found: dict[Key, dict[str, str]] = {}
        for place, name in self._kept.all().items():
            key, _, path = place.partition(":")
            found.setdefault(key, {})[path] = name
        return found

    def of(self, key: Key) -> dict[str, str]:
        """The same of one of them."""
        return self.kept().get(key, {})

    def used(self, inspected: Inspected) -> dict[str, str]:
        """The volumes of a container that hold something and have no name."""
        return {path: name for path, name in self._all(inspected) if not empty(self._api, name)}

    def keep(self, key: Key, inspected: Inspected) -> None:
        """Remember what a container holds, before it goes."""
        used = self.used(inspected)
        for path, name in self._all(inspected):
            if path in used:
                self.give(key, path, name)
            else:
                self.forget(key, path)

    def give(self, key: Key, path: str, name: str) -> None:
        """Let the next container of this have these data."""
        self._kept.keep(f"{key}:{path}", name)

    def forget(self, key: Key, path: str) -> None:
        """Let it begin with an empty volume."""
        self._kept.forget(f"{key}:{path}")

    def tidy(self, key: Key, inspected: Inspected) -> None:
        """Remove the volumes of a container that is gone, but for those that are remembered."""
        kept = set(self.of(key).values())
        for _, name in self._all(inspected):
            if name not in kept:
                remove(self._api, name)

    def _all(self, inspected: Inspected) -> list[tuple[str, str]]:
        named = set(self._named.all().values())
        found = mounts(inspected).items()
        return [
            (path, one.source) for path, one in found if one.unnamed and one.source not in named
        ]


def waiting(kept: Mapping[Key, Mapping[str, str]], environment: str) -> dict[Key, dict[str, Held]]:
    """What waits for the instances of an environment; pure."""
    return {
        key: {path: Held(kind="volume", source=name, unnamed=True) for path, name in held.items()}
        for key, held in kept.items()
        if environment_of(key) == environment
    }


def empty(api: Api, name: str) -> bool:
    """Whether nothing is in a volume; one that cannot be looked into is not empty."""
    found = api.get(f"/volumes/{quote(name, safe='')}") or {}
    try:
        return not any(os.scandir(found["Mountpoint"]))
    except (KeyError, OSError):
        return False


def remove(api: Api, name: str) -> None:
    """Remove a volume, unless another container has it."""
    try:
        api.delete(f"/volumes/{quote(name, safe='')}")
    except EngineRefuses:
        return
