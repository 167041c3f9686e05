"""Which environments are never made here, and what a choice names that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.model.choices import Flags, Presence
from partywall.model.plan import Plan
from partywall.workflows.project import Project


def left_out(project: Project) -> tuple[str, ...]:
    """The environments of the settings that no command brings up: production stands alone."""
    if not project.asleep or project.choices.presence is Presence.SWITCHED:
        return ()
    return project.asleep


def way_up(project: Project, name: str) -> str:
    """What brings an environment up, as a remedy says it."""
    if name in left_out(project):
        presence = project.choices.presence.value
        return f"choose an architecture in which it stands: with `presence: {presence}` it does not"
    if name in project.asleep:
        return f"`partywall switch {name}` first"
    return f"`partywall up {name}` first"


def notes(project: Project, plan: Plan) -> Iterator[str]:
    """What becomes of those that stood before, and what a word of the settings does not do yet."""
    presence = project.choices.presence
    ended = {step.environment for step in plan.steps} & set(left_out(project))
    for name in sorted(ended):
        yield (
            f"{name} does not stand with `presence: {presence.value}`: it ends, and its data are "
            f"kept; `partywall destroy {name}` moves them to the trash"
        )
    if project.choices.flags is Flags.ON:
        yield (
            "`flags: on` makes nothing and tells the app nothing: the tools that serve and "
            "change flags are not in this version"
        )
    if presence is Presence.ON_DEMAND or "snapshots" in project.settings.architecture:
        yield "no copies of production are made: the tools for snapshots are not in this version"
