"""Points of the space that make no sense, each refused with the reason; pure."""

from __future__ import annotations

from partywall.model.choices import Choices, Presence
from partywall.model.errors import BadInput

_COMMON = "common"
_APART = {
    "database": "`database: server`, or `database: database` for one server with a wall inside",
    "cache": "`cache: instance`, or `cache: keyspace` for one cache with a wall inside",
    "broker": "`broker: instance`, or `broker: topics` for one broker with a wall inside",
    "files": "`files: folder`, or `files: read-only` to let the others read production's",
}
"""Axes on which there may be no wall at all, and what to say instead."""


class Senseless(BadInput):
    """An option that nobody, or not this app, can have."""

    def __init__(self, what: str, *, axes: tuple[str, ...], remedy: str) -> None:
        """`axes` are where the settings may say so, the likelier one first."""
        super().__init__(what, remedy=remedy)
        self.axes = (*axes, "architecture")


def check(choices: Choices) -> None:
    """Refuse two options that exclude each other.

    Walls inside shared servers are no such thing where production is alone: others may come later,
    and its data are where they will be then.

    Raises:
        Senseless: with both options.
    """
    presence = choices.presence
    if presence is Presence.SINGLE:
        return
    for axis, instead in _APART.items():
        if getattr(choices, axis).value == _COMMON:
            raise Senseless(
                f"`{axis}: {_COMMON}` leaves no wall, and with `presence: {presence.value}` "
                "production is not alone",
                axes=(axis, "presence"),
                remedy=f"say {instead}; or `presence: single`",
            )
