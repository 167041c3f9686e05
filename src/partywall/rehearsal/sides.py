"""Whose a session is where traffic runs beside a migration; pure."""

from __future__ import annotations

from collections.abc import Sequence

from partywall.data.postgres.tracing.commands import Command

VARIABLE = "PGAPPNAME"
"""libpq, and what is built on it or like it, gives its value to the server as a session's name."""
TRAFFIC = "partywall traffic"
MIGRATION = "partywall migration"


def apart(
    commands: Sequence[Command], began: float, *, traffic: bool
) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """The migration's commands, and those of visitors.

    A session says by its name whose it is. One that has another name is a visitor's when it was
    there before the migration, or changes nothing of the schema.
    """
    if not traffic:
        return tuple(commands), ()
    changing = {one.session for one in commands if one.events}
    mine = tuple(one for one in commands if _is_migration(one, began, changing))
    numbers = {one.number for one in mine}
    return mine, tuple(one for one in commands if one.number not in numbers)


def _is_migration(one: Command, began: float, changing: set[str]) -> bool:
    if one.application in {TRAFFIC, MIGRATION}:
        return one.application == MIGRATION
    return one.session_start >= int(began) and one.session in changing
