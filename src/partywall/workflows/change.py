"""The one way in which anything is changed: plan, approve, journal, carry out, tidy up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from partywall.axes.site import EDGE
from partywall.edge import sides
from partywall.edge.load import reload
from partywall.execution import history, previews, undo
from partywall.execution.executor import execute
from partywall.execution.journal import FileJournal
from partywall.interfaces import Progress
from partywall.model.errors import BadInput, MachineFailed, Refused
from partywall.model.plan import Action, Plan
from partywall.model.world import (
    ENVIRONMENT_NAME,
    MACHINE,
    Instance,
    Key,
    Limit,
    Network,
    World,
    environment_of,
)
from partywall.planning import guard, seeding, staying
from partywall.planning.diff import plan as difference
from partywall.planning.keep import destroy as without
from partywall.planning.keep import keep
from partywall.planning.part import only
from partywall.planning.restart import restart
from partywall.planning.scope import COMMON, wanted_of
from partywall.planning.turns import in_turn
from partywall.system.decoding import convert
from partywall.system.files import read_bytes
from partywall.workflows import (
    edge_ports,
    moving,
    new_ports,
    notes,
    parts,
    refusing,
    services,
    sharing,
    trash,
    turns,
    variables,
)
from partywall.workflows.flags import serving
from partywall.workflows.leave import record as leaving
from partywall.workflows.project import Project
from partywall.workflows.schema import unfinished
from partywall.workflows.take_over import record

Approve = Callable[[Plan], None]
"""Asks the user, or raises."""


_GROUND = (Network, Limit)
"""Not volumes: who fills new data has to see them made."""


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted, in a form that a journal can keep."""

    verb: str
    """`up`, `down`, `destroy`, `restart` or `back`."""
    scope: str | None = None
    services: tuple[str, ...] = ()
    commit: str = ""
    """The commit that the environment of the scope shall be at; empty: where it is."""
    done: tuple[Key, ...] = ()
    """What was restarted before the command broke off."""
    to: str = ""
    """The environment whose turn it is from now on; empty: whose it is already."""
    former: str = ""
    """Whose turn it was before."""


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    plan: Plan
    said: tuple[str, ...] = ()
    """Things done beside the plan that the user should know."""


def planned(project: Project, goal: Goal) -> Plan:
    """What would be done; nothing is changed and nothing is written.

    Raises:
        PartywallError: when it cannot be planned, or must not be done.
    """
    return _look(project, goal)[1]


def change(project: Project, goal: Goal, approve: Approve, progress: Progress) -> Changed:
    """Do it, after `approve` has seen the plan.

    Raises:
        PartywallError: see the exit codes; after HalfDone, `resume` goes on.
    """
    if goal.scope is not None and (goal.verb == "up" or not ENVIRONMENT_NAME.fullmatch(goal.scope)):
        project.environment(goal.scope)  # before it becomes the name of a lock
    names = _locks(project, goal)
    with contextlib.ExitStack() as held:
        held.enter_context(sharing.hold(project, names, goal.verb))
        if goal.verb == "up":
            project.claim_ports()
        observed, plan = _look(project, goal)
        if MACHINE not in names and _touches_common(plan):
            held.enter_context(sharing.hold(project, [MACHINE], goal.verb))
            parts.reread(project)
            observed, plan = _look(project, goal)
        _allowed(project, plan, approve)
        if not plan:
            _keep_up(project, goal, observed, progress)
            _gather(project, goal)
            return Changed(plan=plan, said=_tidy(project, names))
        said = [*_prepare(project, goal, plan), *unfinished.clear_all(project, names)]
        with turns.given_back(project, goal.former):
            _carry_out(project, goal, observed, plan, progress)
        _gather(project, goal)
        if goal.verb == "destroy" and any(step.key == EDGE for step in plan.steps):
            project.release_ports()
        if goal.verb == "destroy":
            turns.end(project, goal.scope)
            _discard(project, goal, observed)
        if observed.unknown and goal.verb == "up":
            _once_more(project, goal, progress)
        return Changed(plan=plan, said=(*said, *_tidy(project, names)))


def prepare_ground(project: Project, scope: str, progress: Progress) -> None:
    """Make what an environment stands on and what takes nothing from anybody; nothing is started.

    Raises:
        PartywallError: see the exit codes.
    """
    goal = Goal(verb="up", scope=scope)
    with sharing.hold(project, {scope}, goal.verb):
        observed, plan = _look(project, goal)
        plan = only(plan, _GROUND)
        if plan:
            sharing.register(project)
            _carry_out(project, goal, observed, plan, progress)


def restore(project: Project, before: World, scope: str, progress: Progress) -> None:
    """Have an environment as it was, whatever the files say by now.

    Args:
        project: the project.
        before: everything, as it was seen then.
        scope: the environment.
        progress: who hears of it.

    Raises:
        PartywallError: see the exit codes.
    """
    goal = Goal(verb="up", scope=scope)
    with sharing.hold(project, {scope, MACHINE}, goal.verb):
        observed = project.observer.observe()
        plan = difference(undo.start(before, observed), observed, scope)
        guard.check(plan, observed)
        sharing.register(project)
        _carry_out(project, goal, observed, plan, progress)


def _look(project: Project, goal: Goal) -> tuple[World, Plan]:
    """What there is, and what would be done about it."""
    if goal.commit and goal.scope is not None:
        project.commits[goal.scope] = goal.commit
    if not project.succeeds:
        record.refuse_unfinished(project.home, goal.scope)
        leaving.refuse_unfinished(project.home, goal.scope)
    _refuse_attached(project, goal)
    if goal.verb == "up":
        serving.check(project, _named(project, goal))
    observed = project.observer.observe()
    _check_known(project, goal, observed)
    plan = sharing.spared(project, _plan(project, goal, observed))
    guard.check(plan, observed)
    said = notes.notes(project, goal.verb, goal.scope, plan, observed)
    beside = serving.pending(project, _named(project, goal)) if goal.verb == "up" else {}
    other = (f"flags of {name} are served anew: {', '.join(keys)}" for name, keys in beside.items())
    whole = (*plan.notes, *said, *other)
    return observed, msgspec.structs.replace(plan, beside=tuple(beside), notes=whole)


def _allowed(project: Project, plan: Plan, approve: Approve) -> None:
    """Before anything is written."""
    _check_ports(project, plan)
    if plan or plan.beside:
        approve(plan)


def _check_ports(project: Project, plan: Plan) -> None:
    """Without its ports no environment would have an address."""
    if any(step.key == EDGE and step.action is Action.CREATE for step in plan.steps):
        edge_ports.refuse_taken(project.ports, project.settings)


def _check_known(project: Project, goal: Goal, observed: World) -> None:
    """What is in no settings any more can still be taken down; a slip of the pen cannot."""
    there = {environment_of(key) for key in (*observed.entries, *observed.unknown)}
    if goal.scope is None or goal.scope in there:
        return
    run = history.unfinished(project.home)
    if run is None or run.head.scope != goal.scope:
        project.environment(goal.scope)


def resume(project: Project, *, back: bool) -> Goal:
    """The goal that goes on with an unfinished run, or takes it back.

    Raises:
        BadInput: when there is nothing to resume.
    """
    run = history.unfinished(project.home)
    if run is None:
        raise BadInput("there is nothing to resume", remedy="`partywall plan` shows what is due")
    goal = convert(dict(undo.goal(run)), Goal)
    if goal.verb == "back" and goal.to:
        # The world that it started from was half of each: whose turn it is says more.
        return Goal(verb="up", to=goal.to)
    if back:
        return Goal(verb="back", scope=run.head.scope, to=goal.former)
    return msgspec.structs.replace(goal, done=(*goal.done, *run.keys("end")))


def _plan(project: Project, goal: Goal, observed: World) -> Plan:
    if goal.to:
        project.on = goal.to
    match goal.verb:
        case "up":
            turns.check(project, goal.scope)
            desired = turns.rested(project, _desired(project, goal, observed), observed)
            _refuse_strangers(project)
            refusing.check(project, _named(project, goal))
            refusing.check_conflicts(project, desired, goal.scope)
            moving.check(project, desired, goal.scope)
            staying.check(desired, observed, goal.scope)
            sharing.check(project)
            new_ports.check(project, desired, goal.scope)
            _refuse(project, desired)
            return in_turn(difference(desired, observed, goal.scope), project.asleep)
        case "down":
            return difference(keep(observed, goal.scope), observed, goal.scope)
        case "destroy":
            return difference(without(observed, goal.scope), observed, goal.scope)
        case "restart":
            return restart(observed, _instances(project, goal, observed), goal.scope)
        case "back":
            before = _start(project, observed)
            before = turns.rested(project, before, observed) if goal.to else before
            return in_turn(difference(before, observed, goal.scope), project.asleep)
    raise BadInput(f"unknown goal {goal.verb}", remedy="run the command again")


def _refuse_attached(project: Project, goal: Goal) -> None:
    """What somebody else made is looked at and not changed."""
    if goal.scope in project.attachments:
        raise Refused(
            f"{goal.scope} is attached to the Compose project {project.attachments[goal.scope]}, "
            "which Partywall looks at and does not change",
            where=project.settings.where("environments", goal.scope, "attach"),
            remedy="change it with `docker compose`, as before",
        )


def _refuse_strangers(project: Project) -> None:
    """Beside a production that runs already nothing is made that would be a second one."""
    if running := project.engine.strangers():
        name = project.settings.production.name
        raise Refused(
            f"{' and '.join(running)} runs already from this folder, made by `docker compose`",
            remedy=f"say `environments: {{{name}: {{attach: {running[0]}}}}}` in partywall.yaml: "
            "it stays as it is, and the others come beside it",
        )


def _desired(project: Project, goal: Goal, observed: World) -> World:
    """With a scope only that environment's settings are read: a broken one elsewhere is no bar."""
    if goal.scope is None:
        # Nobody loses an environment by taking a line out of a file: `destroy` says it by name.
        named = {*project.settings.environments, *COMMON}
        left = {k: e for k, e in observed.entries.items() if environment_of(k) not in named}
        return World({**left, **project.desired().entries})
    mine = project.desired([goal.scope])
    others = {
        key: wanted_of(entry)
        for key, entry in observed.entries.items()
        if environment_of(key) not in (goal.scope, MACHINE, "shared")
    }
    return World({**others, **mine.entries})


def _start(project: Project, observed: World) -> World:
    run = history.unfinished(project.home)
    if run is None:
        raise BadInput("there is nothing to take back", remedy="`partywall plan`")
    return undo.start(run.head.world, observed)


def _refuse(project: Project, desired: World) -> None:
    sentences = project.engine.refusals(desired)
    if sentences:
        raise Refused("; ".join(sentences), remedy="see `partywall init --report`")


def _instances(project: Project, goal: Goal, observed: World) -> Sequence[Key]:
    if goal.services:
        chosen = services.named(project, goal.scope or "", goal.services, observed)
        return [key for key in chosen if key not in goal.done]
    every = [
        key
        for key, entry in observed.entries.items()
        if isinstance(entry.thing, Instance) and goal.scope in (None, environment_of(key))
    ]
    return [key for key in every if key not in goal.done]


def _locks(project: Project, goal: Goal) -> set[str]:
    if goal.scope is not None:
        return {goal.scope}
    every = set(project.settings.environments)
    # What other projects use too is held only by those who change it.
    return every if project.engine.common_edge else {*every, MACHINE}


def _named(project: Project, goal: Goal) -> list[str]:
    return list(project.settings.environments) if goal.scope is None else [goal.scope]


def _keep_up(project: Project, goal: Goal, observed: World, progress: Progress) -> None:
    """Nothing is due; what an installation needs beside its things is seen to all the same.

    A run that was killed after its last step is closed by one that has nothing left to do.
    """
    if project.state is None:
        return
    if goal.verb == "up":
        project.claim(_named(project, goal))
        serving.serve(project, _named(project, goal))
    if history.unfinished(project.home) is not None:
        _carry_out(project, goal, observed, Plan(scope=goal.scope), progress)
    else:
        project.engine.close(environments=())


def _gather(project: Project, goal: Goal) -> None:
    """What only the containers knew of an environment's data is known when these are gone."""
    if goal.verb == "destroy":
        project.engine.trash().gather(goal.scope)


def _discard(project: Project, goal: Goal, observed: World) -> None:
    """What a preview was built from waits for no return of it."""
    passing = previews.read(project.home)
    names = [name for name in passing if goal.scope in (None, name)]
    project.engine.discard(one for one in observed.things() if environment_of(one.key) in names)


def _once_more(project: Project, goal: Goal, progress: Progress) -> None:
    """What could not be seen at first, such as routes of an edge that was down, can be now."""
    observed, plan = _look(project, goal)
    if plan:
        _carry_out(project, goal, observed, plan, progress)


def _touches_common(plan: Plan) -> bool:
    return any(step.environment in COMMON for step in plan.steps)


def _prepare(project: Project, goal: Goal, plan: Plan) -> list[str]:
    """What must be on disk before the first step."""
    names = _named(project, goal) if goal.verb == "up" else []
    said = []
    for name in names:
        written = variables.write(project.settings, project.environment(name), project.given(name))
        if written is not None:
            said.append(f"made {written.name} with fresh secrets for {name}")
    project.claim(names)
    said += serving.serve(project, names)
    turns.prepare(project, goal.to, plan)
    if goal.verb == "up":
        sharing.register(project)
    if goal.verb == "up" and (goal.scope is None or not _is_here(project)):
        reload(project.edge)
    return said


def _is_here(project: Project) -> bool:
    """Whether the edge has been told where it is: not before its first start, nor when it moved."""
    told = read_bytes(project.edge.config(sides.FRONT)) or b""
    return project.edge.settings.storage.encode() in told


def _carry_out(
    project: Project, goal: Goal, observed: World, plan: Plan, progress: Progress
) -> None:
    for seeder in seeding.due(plan):
        project.records.put(seeder)
    journal = FileJournal(project.home)
    journal.open(_head(goal, observed))
    turns.begin(project, goal.to)
    try:
        execute(plan, project.observer, project.performers(), journal, progress, project.clock)
    finally:
        gone = {step.environment for step in plan.steps if step.action is Action.REMOVE}
        with contextlib.suppress(MachineFailed):  # the error at hand says more
            left = project.observer.observe().environments()
            project.engine.close(environments=gone - left)


def _head(goal: Goal, observed: World) -> Mapping[str, Any]:
    return {
        "verb": goal.verb,
        "scope": goal.scope,
        "world": observed,
        "goal": msgspec.to_builtins(goal),
    }


def _tidy(project: Project, names: Collection[str]) -> tuple[str, ...]:
    sharing.leave(project)
    return (*unfinished.clear_all(project, names), *trash.expire(project))
