"""Statements as a reader wants them: what is said a thousand times is one line; pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.reading import is_data, shape


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A command, and how often it was said with other values."""

    command: Command
    """The first of them."""
    times: int
    seconds: float
    """Of all together."""


def folded(commands: Iterable[Command]) -> tuple[Line, ...]:
    """By the first of each; only commands about rows, that succeeded, are put together."""
    found: dict[object, Line] = {}
    for one in commands:
        key: object = (one.session, shape(one.text)) if _is_alike(one) else one.number
        last = found.get(key)
        found[key] = Line(
            command=last.command if last else one,
            times=last.times + 1 if last else 1,
            seconds=one.seconds + (last.seconds if last else 0.0),
        )
    return tuple(found.values())


def _is_alike(one: Command) -> bool:
    return is_data(one.text) and one.failure is None and not one.events
