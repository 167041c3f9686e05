"""What a user should know beside the steps of a plan."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import combinations
from pathlib import PurePosixPath

from partywall.compose.inward import KINDS as OUTWARD
from partywall.compose.read import NAMELESS
from partywall.data.checkouts import CHECKOUTS, LEFT
from partywall.model.errors import PartywallError
from partywall.model.plan import Action, Plan
from partywall.model.world import Limit, Network, Volume, World, environment_of, name_of
from partywall.planning.folders import uses
from partywall.planning.scope import COMMON
from partywall.workflows import fate, new_ports, standing
from partywall.workflows.former import former
from partywall.workflows.pool import staying as pool
from partywall.workflows.project import Project


def notes(
    project: Project, verb: str, scope: str | None, plan: Plan, observed: World
) -> Iterator[str]:
    """Everything worth a line.

    Args:
        project: the project.
        verb: what is being done.
        scope: the environment that it is done to; None: all.
        plan: the steps.
        observed: what there is.
    """
    if verb == "up":
        yield from new_ports.notes(project, plan)
        yield from standing.notes(project)
        yield from _left(project, scope, observed)
        yield from _equal_secrets(project, scope)
        yield from _kept_in(project, scope)
        yield from _begins_without(project, plan)
        yield from fate.notes(plan, observed, standing.left_out(project))
    if verb == "destroy":
        yield from _staying(scope, observed)
        yield from pool.notes(project) if scope is None else ()
    yield from _portions(plan)
    yield from _gaps(project, plan)
    yield from _unmade(project)


def _left(project: Project, scope: str | None, observed: World) -> Iterator[str]:
    """Environments that stand and that the settings no longer name."""
    if scope is not None:
        return
    for name in sorted(observed.environments() - {*project.settings.environments, *COMMON}):
        yield (
            f"{name} is not in the settings any more: left as it is; "
            f"`partywall destroy {name}` ends it"
        )


def _equal_secrets(project: Project, scope: str | None) -> Iterator[str]:
    """Secrets that are no wall, since another environment has them too."""
    held = {name: _values(project, name) for name in project.settings.environments}
    for (one, mine), (other, theirs) in combinations(held.items(), 2):
        same = mine.keys() & theirs.keys()
        if same and scope in (None, one, other):
            known = ", ".join(sorted({mine[value] for value in same}))
            yield f"the same in {one} and {other}, and so no secret between them: {known}"


def _values(project: Project, name: str) -> dict[str, str]:
    """Value → the variable that holds it; empty where they cannot be read."""
    found: dict[str, str] = {}
    with contextlib.suppress(PartywallError):  # what is wrong with it is said where it counts
        for variable, ref in sorted(project.given(name).refs.items()):
            value = project.store.value(name, ref).reveal()
            if value:
                found.setdefault(value, variable)
    return found


def _kept_in(project: Project, scope: str | None) -> Iterator[str]:
    """What an environment has not, or otherwise, than its files seem to say."""
    mine = [name for name in project.settings.environments if scope in (None, name)]
    for name, app in project.apps(mine).items():
        for one in app.findings:
            if one.kind in OUTWARD:
                yield f"{name}/{one.service}: {one.what}; {one.action}"
            elif one.kind == NAMELESS:
                yield f"{name}: {one.what} ({one.where}); {one.action}"


def _begins_without(project: Project, plan: Plan) -> Iterator[str]:
    """Data of a production that was somebody else's, when ours gets new and empty volumes."""
    made = (step.after.thing for step in plan.steps if step.after and step.before is None)
    production = project.settings.production.name
    if any(isinstance(one, Volume) and environment_of(one.key) == production for one in made) and (
        found := former(project)
    ):
        yield f"{found.what}; {found.action}"


def _staying(scope: str | None, observed: World) -> Iterator[str]:
    """Folders of the host that services wrote to: they are the user's, and stay.

    Of a vault each folder goes to the trash.
    """
    vaults = {one.key for one in observed.things() if isinstance(one, Volume) and one.vault}
    paths = {
        use.path
        for use in uses(observed)
        if use.writes and use.key not in vaults and scope in (None, environment_of(use.key))
    }
    for path in sorted(paths):
        if CHECKOUTS in PurePosixPath(path).parts:
            yield f"{path} is moved to .partywall/{LEFT}, with what was written into it"
        else:
            yield f"{path} stays: it is a folder of yours, with what was written into it"
    for thing in observed.things():
        mine = scope in (None, environment_of(thing.key))
        if mine and isinstance(thing, Volume | Network) and thing.external:
            kind = type(thing).__name__.lower()
            yield f"the {kind} {thing.name} stays: it was there before {environment_of(thing.key)}"


def _portions(plan: Plan) -> Iterator[str]:
    """How each budget that is made or changed is shared out, and by what."""
    for step in plan.steps:
        limit = None if step.after is None else step.after.thing
        if isinstance(limit, Limit) and limit.portions:
            each = ", ".join(
                f"{name_of(one.key)} {one.memory_bytes >> 20} MiB ({one.why})"
                for one in limit.portions
            )
            yield f"{step.environment} shares {limit.memory_bytes >> 20} MiB of memory: {each}"


def _gaps(project: Project, plan: Plan) -> Iterator[str]:
    """Which services are away for a moment, and why it cannot be otherwise."""
    for step in plan.steps:
        if step.action is not Action.CHANGE or step.before is None or step.after is None:
            continue
        if why := project.engine.gap(step.before, step.after):
            yield f"{step.key} has a gap while it changes: {why}"


def _unmade(project: Project) -> Iterator[str]:
    """Kinds of things that the engine does not make."""
    if project.unmade:
        kinds = sorted({type(thing).__name__.lower() for thing in project.unmade})
        yield (
            f"the {project.engine_name} engine makes no {' and no '.join(kinds)}: "
            "`partywall status --limits` says what that means"
        )
