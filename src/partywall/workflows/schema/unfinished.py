"""What a copy or a restore left that was killed: the next command takes it down, and says so."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.data.postgres.schemas import scaffold
from partywall.model.errors import PartywallError
from partywall.workflows.project import Project
from partywall.workflows.schema import place, record
from partywall.workflows.schema.record import Record


def clear(project: Project, environment: str) -> str:
    """Take down what one left; the environment must be held.

    Returns:
        What was done, for people; empty when there was nothing.

    Raises:
        PartywallError: when its server is away, or does not do it.
    """
    left = record.read(project.home, environment)
    if left is None:
        return ""
    seat = place.seat(project, place.find(project, environment, left.service))
    arrived = scaffold.take_down(project.engine.reach(), seat, left.names)
    record.close(project.home, environment)
    return said(left, arrived=arrived)


def clear_all(project: Project, environments: Iterable[str]) -> list[str]:
    """The same of several; what cannot be taken down now waits for the next command."""
    return [done for name in environments if (done := _tried(project, name))]


def _tried(project: Project, environment: str) -> str:
    try:
        return clear(project, environment)
    except PartywallError:
        return ""


def said(left: Record, *, arrived: bool) -> str:
    """What became of it."""
    start = f"a `schema {left.verb}` into {left.environment} broke off"
    if arrived:
        return (
            f"{start} when it was done: the tables are the new ones, and what "
            f"{left.environment} had is in the schema {left.names.kept}"
        )
    whole = "the tables are as they were" if left.names.kept else "it arrived whole or not at all"
    return f"{start}: {whole}, and what it left on its way is removed"
