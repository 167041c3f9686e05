"""Which folders hold an environment's files, and what they are called; all pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

import msgspec

from partywall.model.app import Mount, Role
from partywall.model.errors import BadInput
from partywall.model.world import Instance, Key, name_of

ALL = "all"
_KEEPERS = frozenset({Role.DATABASE, Role.CACHE, Role.BROKER, Role.EDGE})
"""Files of a server that works are no copy of its data."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A volume or a folder of the host in which services keep files."""

    name: str
    instance: Key
    """One that has it."""
    mount: Mount
    services: frozenset[str]


def held(instances: Iterable[Instance]) -> list[Held]:
    """What the services of an environment keep files in, and no server its data."""
    named: dict[str, Held] = {}
    known = sorted(instances, key=lambda one: one.key)
    kept = {_place(mount) for one in known if one.role in _KEEPERS for mount in one.mounts}
    for place in dict.fromkeys(_places(known)):
        if place in kept:
            continue
        having = [one for one in known if place in map(_place, one.mounts)]
        mount = next(one for one in having[0].mounts if _place(one) == place)
        name = _free(_name(mount), named)
        services = frozenset(one.service for one in having)
        named[name] = Held(name=name, instance=having[0].key, mount=mount, services=services)
    return list(named.values())


def chosen(known: Sequence[Held], words: Iterable[str]) -> list[Held]:
    """What is asked for: by its name, by a service that has it, or all.

    Raises:
        BadInput: when there is no such one.
    """
    found: dict[str, Held] = {}
    for word in words:
        fitting = [one for one in known if word in (ALL, one.name) or word in one.services]
        if not fitting:
            names = ", ".join(sorted(one.name for one in known))
            raise BadInput(
                f"`--files {word}`: there are no such files",
                remedy=f"name some of: {names}" if names else "the environment keeps no files",
            )
        found |= {one.name: one for one in fitting}
    return [found[name] for name in sorted(found)]


def variable(name: str) -> str:
    """The variable that leads to the copy of one."""
    return "FILES_" + re.sub(r"[^A-Z0-9]+", "_", name.upper())


def _places(instances: Iterable[Instance]) -> Iterator[tuple[str, str]]:
    for one in instances:
        for mount in one.mounts:
            volume = mount.kind == "volume" and mount.source
            if volume or (mount.kind == "bind" and not mount.read_only):
                yield _place(mount)


def _place(mount: Mount) -> tuple[str, str]:
    return mount.kind, mount.source


def _name(mount: Mount) -> str:
    if mount.kind == "volume":
        return name_of(mount.source)
    return PurePosixPath(mount.source).name or "folder"


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with a number where another one has it, or one that gives the same variable."""
    variables = {variable(one) for one in taken}
    number, found = 1, name
    while variable(found) in variables:
        number += 1
        found = f"{name}-{number}"
    return found
