"""Every architecture as one document: what it is called, sets, gives and costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from partywall import catalog
from partywall.architectures.preset import Preset
from partywall.model.choices import Choices

Document = dict[str, Any]
_FIRST = "P"


def architectures(names: Sequence[str] = ()) -> Document:
    """The document of `architectures --json`: those named, without a name all.

    Raises:
        BadInput: when there is none of that name.
    """
    for name in names:
        catalog.choices([name])
    chosen = [preset for preset in ordered() if not names or preset.name in names]
    return {"architectures": {preset.name: _described(preset) for preset in chosen}}


def ordered() -> list[Preset]:
    """As they are customarily lettered: the default first, what has no letter last."""
    presets = catalog.presets().values()
    return sorted(presets, key=_place)


def _place(one: Preset) -> tuple[bool, bool, int, str]:
    return one.letter != _FIRST, not one.letter, len(one.letter), one.letter


def _described(preset: Preset) -> Document:
    point = msgspec.to_builtins(preset.over(Choices()))
    return {
        "letter": preset.letter,
        "title": preset.title,
        "overlay": preset.overlay,
        "beside": preset.lies_over,
        "choices": {axis: point[axis] for axis in preset.choices} if preset.overlay else point,
        "gives": list(preset.gives),
        "costs": list(preset.costs),
    }
