"""What an architecture is: a name for a point in the space, and honest words about it."""

from __future__ import annotations

from typing import Any

import msgspec

from partywall.model.choices import Choices


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A named point, or an overlay that moves any point along some axes."""

    name: str
    letter: str
    """What it is customarily called; empty for one that has no such letter."""
    title: str
    gives: tuple[str, ...]
    """What a user gets, a sentence each."""
    costs: tuple[str, ...]
    """What it does not give, a sentence each; shown, never hidden."""
    choices: dict[str, Any]
    """The options it sets, by axis; a base leaves out those that are as in `dual`."""
    overlay: bool = False
    laid: dict[str, Any] | None = None
    """What a base sets when another one is named beside it; None: the two exclude each other."""

    @property
    def lies_over(self) -> bool:
        """Whether it can be named beside a base."""
        return self.overlay or self.laid is not None

    def over(self, choices: Choices, *, alone: bool = True) -> Choices:
        """The point it makes of another; `alone`: no base is beside it."""
        moved = self.choices if alone or self.laid is None else self.laid
        return msgspec.structs.replace(choices, **moved)
