"""What each architecture would make of a project: what is drawn of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import msgspec

from partywall import catalog
from partywall.model.errors import PartywallError
from partywall.model.world import World
from partywall.workflows.matrix.bench import BASE
from partywall.workflows.project import Project


def worlds(project: Project, names: Iterable[str]) -> dict[str, World]:
    """Architecture → its world, all its environments standing; none of one that cannot be had."""
    made: dict[str, World] = {}
    for name in names:
        overlay = catalog.presets()[name].overlay
        settings = msgspec.structs.replace(
            project.settings, architecture=(BASE, name) if overlay else (name,), choices={}
        )
        with contextlib.suppress(PartywallError):
            made[name] = Project(settings, project.engine_name).desired()
    return made
