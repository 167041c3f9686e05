"""Refuses every step that could touch another environment; the executor asks it once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from partywall.model.errors import Refused
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import (
    KEPT,
    MACHINE,
    RESERVED,
    SHARED,
    AnyThing,
    Job,
    Key,
    World,
    environment_of,
)
from partywall.planning.uses import used_by

_COMMON = frozenset({SHARED, MACHINE})
_ALLOWED = frozenset({Action.CREATE, Action.START, Action.REMOVE})
_REMEDY = "nothing was changed by this step; plan the whole installation with `partywall up`"


def check(plan: Plan, observed: World | None = None) -> None:
    """Refuse a plan that holds a step outside its scope.

    `observed` is every environment as it is now; without it nothing that others may use can be
    removed.

    Raises:
        Refused: with the key and the rule.
    """
    for step in plan.steps:
        check_step(step, plan.scope, None)
    removed = [step for step in plan.steps if step.action is Action.REMOVE]
    if plan.scope is not None and removed:
        used = _used(plan.scope, observed)
        for step in removed:
            _check_unused(step, observed, used)


def check_step(step: Step, scope: str | None, observed: World | None) -> None:
    """Refuse one step that is outside the scope.

    With `observed` it is also seen to that nobody else uses what is removed.

    Raises:
        Refused: with the key and the rule.
    """
    for broken in _broken(step, scope):
        raise Refused(f"{step.action.value} {step.key} is refused: {broken}", remedy=_REMEDY)
    if scope is not None and observed is not None and step.action is Action.REMOVE:
        _check_unused(step, observed, _used(scope, observed))


def needs_world(step: Step, scope: str | None) -> bool:
    """Whether a step can be judged only with everything observed at hand."""
    return scope is not None and step.action is Action.REMOVE and step.environment in _COMMON


def _broken(step: Step, scope: str | None) -> Iterator[str]:
    """The rules that a step breaks whatever the world looks like."""
    yield from _strangers(step)
    if scope is None or (step.environment == scope and scope not in RESERVED):
        return
    if step.environment not in _COMMON:
        yield f"the plan is for {scope} alone"
    elif step.action not in _ALLOWED:
        yield f"others use it, and the plan is for {scope} alone"
    elif step.action is Action.REMOVE and any(isinstance(t, KEPT) for t in _things(step)):
        yield f"it holds data of others, and the plan is for {scope} alone"
    elif step.before and step.after and step.before.thing != step.after.thing:
        yield "it would change it"


def _strangers(step: Step) -> Iterator[str]:
    """Things in a step that are not what its key says."""
    for thing in _things(step):
        if thing.key != step.key:
            yield f"it would act on {thing.key}"
        if isinstance(thing, Job) and environment_of(thing.instance.key) != step.environment:
            yield f"it would run {thing.instance.key}"


def _things(step: Step) -> list[AnyThing]:
    return [entry.thing for entry in (step.before, step.after) if entry]


def _used(scope: str, observed: World | None) -> dict[Key, str]:
    """What other environments use, as far as anybody looked, and one that does."""
    if observed is None:
        return {}
    others = sorted(observed.environments() - _COMMON - {scope}, reverse=True)
    return {key: name for name in others for key in used_by([name], observed)}


def _check_unused(step: Step, observed: World | None, used: Mapping[Key, str]) -> None:
    remedy = _REMEDY
    if name := used.get(step.key):
        what = f"another environment uses it: {name}"
        remedy = f"`partywall destroy {name}` first, or `partywall destroy` without a name for all"
    elif step.environment in _COMMON and (observed is None or observed.unknown):
        what = "it could not be seen whether others use it"
    else:
        return
    raise Refused(f"remove {step.key} is refused: {what}", remedy=remedy)
