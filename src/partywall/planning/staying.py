"""Refuses to leave data behind: what moves between something of one's own and what is shared."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.model.errors import Refused
from partywall.model.world import SHARED, Key, Volume, World, environment_of, name_of


def check(desired: World, observed: World, scope: str | None = None) -> None:
    """Refuse a world in which data would be kept elsewhere than they are, and so start empty.

    Args:
        desired: what is wanted.
        observed: what there is.
        scope: the environment that is looked at; None: all.

    Raises:
        Refused: with where the data are and where they would be looked for.
    """
    for there, wanted in _moves(desired, observed):
        if scope is None or scope in (environment_of(there), environment_of(wanted)):
            raise Refused(
                f"the data in {there} would be left behind: {wanted} is wanted in its place, and "
                "is empty",
                remedy="put the former option back, or end what has them with `partywall destroy`",
            )


def _moves(desired: World, observed: World) -> Iterator[tuple[Key, Key]]:
    """Volumes that are there and no longer wanted, each with the one that would take its place."""
    for key, entry in sorted(observed.entries.items()):
        if isinstance(entry.thing, Volume) and key not in desired.entries:
            for other in sorted(desired.entries.keys() - observed.entries.keys()):
                if _takes_its_place(other, key) and isinstance(
                    desired.entries[other].thing, Volume
                ):
                    yield key, other


def _takes_its_place(new: Key, old: Key) -> bool:
    """The same volume of the Compose file: one for all and one's own, or one of another kind."""
    owners = {environment_of(new), environment_of(old)}
    return name_of(new) == name_of(old) and (SHARED in owners or len(owners) == 1)
