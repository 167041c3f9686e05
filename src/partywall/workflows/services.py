"""Finds a service of an environment by the words that a user gives."""

from __future__ import annotations

import difflib

from partywall.model.errors import BadInput
from partywall.model.world import Instance, Key, environment_of, name_of
from partywall.workflows.project import Project


def instances(project: Project, environment: str) -> list[Key]:
    """The instances of an environment (or of `machine`), as observed.

    Raises:
        BadInput: when there is no such environment.
    """
    observed = project.observer.observe()
    if environment not in observed.environments():
        project.environment(environment)
    return sorted(
        key
        for key, entry in observed.entries.items()
        if isinstance(entry.thing, Instance) and environment_of(key) == environment
    )


def one(project: Project, environment: str, service: str) -> Key:
    """One instance.

    Raises:
        BadInput: when it is not there, with the nearest name.
    """
    known = instances(project, environment)
    key = f"{environment}/{service}"
    if key in known:
        return key
    names = [name_of(other) for other in known]
    near = difflib.get_close_matches(service, names, 1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    there = f"there are: {', '.join(names)}" if names else f"run `partywall up {environment}`"
    raise BadInput(f"there is no service `{service}` in {environment}", remedy=f"{hint}{there}")
