"""Finds a service of an environment by the words that a user gives."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Sequence

from partywall.compose.inward import OFF
from partywall.model.app import App, Role
from partywall.model.errors import BadInput, PartywallError
from partywall.model.world import Instance, Key, World, environment_of, name_of
from partywall.workflows import standing
from partywall.workflows.project import Project


def instances(project: Project, environment: str) -> list[Key]:
    """The instances of an environment (or of `machine`), as observed.

    Raises:
        BadInput: when there is no such environment.
    """
    observed = project.seen()
    if environment not in observed.environments():
        project.environment(environment)
    return _of(observed, environment)


def one(project: Project, environment: str, service: str) -> Key:
    """One instance.

    Raises:
        BadInput: when it is not there, with the nearest name.
    """
    known = instances(project, environment)
    key = f"{environment}/{service}"
    if key in known:
        return key
    raise absent(project, environment, service, known)


def named(project: Project, environment: str, names: Iterable[str], observed: World) -> list[Key]:
    """The instances that are named, of a world that was seen already.

    Raises:
        BadInput: when one of them is not there.
    """
    known = _of(observed, environment)
    for name in names:
        if f"{environment}/{name}" not in known:
            raise absent(project, environment, name, known)
    return [f"{environment}/{name}" for name in names]


def absent(project: Project, environment: str, service: str, known: Sequence[Key]) -> BadInput:
    """The error for a service that does not run: what it is instead, or the nearest name."""
    app = _app(project, environment)
    if app and service in app.services and app.services[service].role is Role.JOB:
        return BadInput(
            f"`{service}` is a job: it runs to its end in `up`, and no process of it stays",
            remedy=f"`partywall logs {environment} {service}` shows what it wrote",
        )
    for one in app.findings if app else ():
        if one.kind == OFF and one.service == service:
            return BadInput(f"the service `{service}`: {one.what}", remedy=one.action)
    if profiles := project.profiles_of(environment, service):
        first, said = profiles[0], ", ".join(profiles)
        return BadInput(
            f"the service `{service}` has the profile {said}, which {environment} does not enable",
            where=project.settings.where("environments", environment, "profiles"),
            remedy=f"say `profiles: [{first}]` there for {environment}, then `partywall up`",
        )
    names = [name_of(other) for other in known]
    near = difflib.get_close_matches(service, names, 1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    there = f"there are: {', '.join(names)}" if names else standing.way_up(project, environment)
    return BadInput(f"there is no service `{service}` in {environment}", remedy=f"{hint}{there}")


def _of(observed: World, environment: str) -> list[Key]:
    return sorted(
        key
        for key, entry in observed.entries.items()
        if isinstance(entry.thing, Instance) and environment_of(key) == environment
    )


def _app(project: Project, environment: str) -> App | None:
    """What the settings make of the environment, whether or not it runs."""
    if environment not in project.settings.environments:
        return None
    with contextlib.suppress(PartywallError):  # what is asked for is absent all the same
        return project.apps([environment])[environment]
    return None
