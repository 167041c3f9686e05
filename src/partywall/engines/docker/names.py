"""What things are called in the engine, and whose they are; pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.model.world import MACHINE, Key, environment_of, name_of


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """The names of one installation, and of what it has in common with others on the machine."""

    project: str
    project_id: str
    commons: str
    attached: Mapping[str, str] = {}
    """Environment → the Compose project of somebody else that it is."""

    def owner(self, key: Key) -> str:
        """What a thing carries as its owner's mark."""
        return self.commons if environment_of(key) == MACHINE else self.project_id

    def compose_project(self, unit: str) -> str:
        """The Compose project of a unit: an environment, `shared` or `machine`."""
        return self.commons if unit == MACHINE else f"{self.project}-{unit}"


def service_of(key: Key) -> str:
    """The Compose service that an instance or a job is in its unit."""
    return name_of(key)


def unit_of(key: Key) -> str:
    """The unit, a set of things that is started together, which a key belongs to."""
    return environment_of(key)
