"""A plan as a readable diff, with the cause of every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from partywall.cli.render.columns import clean, columns, count, hang, pad, sendable
from partywall.cli.render.style import Style
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import MACHINE, SHARED

_COLOURS = {
    Action.CREATE: "green",
    Action.CHANGE: "amber",
    Action.START: "green",
    Action.REPAIR: "amber",
    Action.RESTART: "amber",
    Action.REMOVE: "red",
}
_SHOWN = 8
"""Differences of one step; more are counted, because nobody reads them in a terminal."""
_WIDEST = 32
"""Columns that keys are filled up to; one long key must not push every reason to the right."""


def plan_text(plan: Plan, style: Style, production: Collection[str] = ("prod",)) -> str:
    """The plan for a person to approve; `production` names the environments shown in red."""
    blocks = [
        "\n".join(_group(name, steps, style, name in production))
        for name, steps in _grouped(plan.steps)
    ]
    blocks += ["\n".join(line for note in plan.notes for line in _note(note, style))]
    blocks += [_sum(plan, style)]
    return sendable("\n\n".join(block for block in blocks if block), style)


def step_name(step: Step) -> str:
    """A step's thing without its environment: `web`, `volume/pgdata`."""
    return clean(step.key.partition("/")[2] or step.key)


def action_symbol(action: Action, style: Style) -> str:
    """The coloured symbol that a step begins with."""
    return style.paint(style.symbol(action.value), _COLOURS[action])


def _grouped(steps: Iterable[Step]) -> Iterable[tuple[str, list[Step]]]:
    """Steps by environment, what all share first, else in the order of the plan."""
    groups: dict[str, list[Step]] = {MACHINE: [], SHARED: []}
    for step in steps:
        groups.setdefault(step.environment, []).append(step)
    return ((name, group) for name, group in groups.items() if group)


def _group(name: str, steps: list[Step], style: Style, production: bool) -> Iterable[str]:
    mark = f"  {style.paint('production', 'red')}" if production else ""
    yield style.environment(clean(name), production=production) + mark
    widest = min(max(columns(f"{step.action} {step_name(step)}") for step in steps), _WIDEST)
    for step in steps:
        yield from _step(step, style, widest)


def _step(step: Step, style: Style, widest: int) -> Iterable[str]:
    name = pad(f"{step.action.value} {step_name(step)}", widest)
    head = f"  {action_symbol(step.action, style)} {name}  "
    reasons = _reasons(step)
    if len(reasons) == 1:
        yield from hang(head, reasons[0], style)
        return
    yield f"{head}{count(len(reasons), 'difference')}"
    for reason in reasons[:_SHOWN]:
        yield from hang("      ", reason, style)
    if len(reasons) > _SHOWN:
        yield f"      {style.symbol('cut')} and {len(reasons) - _SHOWN} more"


def _reasons(step: Step) -> list[str]:
    """Why, part by part: a change's cause is a list of differences, any other a sentence."""
    several = step.action is Action.CHANGE
    return [clean(why) for why in (step.why.split(", ") if several else [step.why])]


def _note(note: str, style: Style) -> list[str]:
    return hang(f"{style.paint('note', 'amber')}  ", clean(note), style)


def _sum(plan: Plan, style: Style) -> str:
    if not plan:
        return style.paint("no changes", "green")
    found = Counter(step.action for step in plan.steps)
    parts = ", ".join(f"{found[action]} {action.value}" for action in Action if found[action])
    return style.paint(f"{count(len(plan.steps), 'step')}: {parts}", "bold")
