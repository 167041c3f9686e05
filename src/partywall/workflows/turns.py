"""Whose turn it is, as far as every verb has to know."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from partywall.execution import turn
from partywall.model.choices import Presence
from partywall.model.errors import MachineFailed, Refused
from partywall.model.plan import Plan
from partywall.model.world import Instance, Job, Network, Volume, World
from partywall.planning.turns import rest
from partywall.workflows.project import Project

_DESCRIBED = (Instance, Job, Network, Volume)
"""What an engine has to know of before it can have images at hand."""


def rested(project: Project, wanted: World, observed: World) -> World:
    """What is wanted, with the data of environments that do not stand as they are."""
    return rest(wanted, observed, project.asleep)


def check(project: Project, name: str | None) -> None:
    """Refuse to bring up alone what does not stand by choice, or to take turns with others' things.

    Raises:
        Refused: saying what stands instead, or what cannot be stopped.
    """
    _refuse_attached(project)
    if name not in project.asleep:
        return
    presence = project.choices.presence
    if presence is Presence.SWITCHED:
        raise Refused(
            f"{name} sleeps: one environment stands at a time, and that is {project.on}",
            where=project.settings.where("architecture"),
            remedy=f"`partywall switch {name}` stops {project.on} and starts {name}",
        )
    raise Refused(
        f"{name} does not stand: with `presence: {presence.value}` only production does",
        where=project.settings.where("presence") or project.settings.where("architecture"),
        remedy="choose an architecture in which both stand, such as `architecture: dual`",
    )


def _refuse_attached(project: Project) -> None:
    if project.choices.presence is not Presence.SWITCHED:
        return
    for name, theirs in project.attachments.items():
        raise Refused(
            f"{name} is attached to the Compose project {theirs}, which Partywall does not stop: "
            "it cannot take turns with another environment",
            where=project.settings.where("environments", name, "attach"),
            remedy=f"`partywall take-over {name}` first, or choose `presence: together`",
        )


def prepare(project: Project, to: str, plan: Plan) -> None:
    """Before another one's turn begins: have its images at hand.

    Raises:
        MachineFailed: when an image cannot be had; nobody was stopped for it.
    """
    succession = project.engine.succession() if to else None
    if succession is not None:
        entries = [step.after for step in plan.steps if step.environment == to and step.after]
        succession.prepare(one for one in entries if isinstance(one.thing, _DESCRIBED))


def begin(project: Project, to: str) -> None:
    """Write down that it is another one's turn, after the journal says so and before any step.

    Raises:
        MachineFailed: when it cannot be written.
    """
    if to:
        turn.write(project.home, to)


@contextlib.contextmanager
def given_back(project: Project, former: str) -> Iterator[None]:
    """While the turn of another one begins: when nothing of it was done, it is as it was before."""
    try:
        yield
    except (Refused, MachineFailed):  # what is half done is told as such
        if former:
            turn.write(project.home, former)
        raise


def end(project: Project, scope: str | None) -> None:
    """After an environment was destroyed: the turn of one that is gone is over."""
    if scope in (None, turn.read(project.home)):
        turn.forget(project.home)
