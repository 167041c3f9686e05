"""Whose a session is where traffic runs beside a migration; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from partywall.data.postgres.tracing.commands import Command

VARIABLE = "PGAPPNAME"
"""libpq, and what is built on it or like it, gives its value to the server as a session's name."""
TRAFFIC = "partywall traffic"
MIGRATION = "partywall migration"


def apart(
    commands: Sequence[Command], began: float, *, traffic: bool
) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """The migration's commands, numbered from 1, and those of visitors, which come after them.

    A session says by its name whose it is. One that has another name is a visitor's when it was
    there before the migration, or changes nothing of the schema.
    """
    if not traffic:
        return _numbered(commands, 1), ()
    changing = {one.session for one in commands if one.events}
    mine = [one for one in commands if _is_migration(one, began, changing)]
    theirs = [one for one in commands if not _is_migration(one, began, changing)]
    return _numbered(mine, 1), _numbered(theirs, len(mine) + 1)


def _numbered(commands: Iterable[Command], first: int) -> tuple[Command, ...]:
    return tuple(
        msgspec.structs.replace(one, number=number) for number, one in enumerate(commands, first)
    )


def _is_migration(one: Command, began: float, changing: set[str]) -> bool:
    if one.application in {TRAFFIC, MIGRATION}:
        return one.application == MIGRATION
    return one.session_start >= int(began) and one.session in changing
