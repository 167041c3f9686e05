"""What things are called in the engine; pure."""

from __future__ import annotations

from partywall.model.world import Key, environment_of, name_of


def compose_project(project: str, unit: str) -> str:
    """The Compose project of a unit: an environment, `shared` or `machine`."""
    return f"{project}-{unit}"


def service_of(key: Key) -> str:
    """The Compose service that an instance or a job is in its unit."""
    return name_of(key)


def unit_of(key: Key) -> str:
    """The unit, a set of things that is started together, which a key belongs to."""
    return environment_of(key)
