"""Axis `flags`: whether features are gated by flags."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.site import Environment, Site
from partywall.model.choices import Flags
from partywall.model.world import AnyThing


def off(_site: Site, _environment: Environment) -> Iterable[AnyThing]:
    """No flags: what is deployed is what is seen."""
    return ()


def on(_site: Site, _environment: Environment) -> Iterable[AnyThing]:
    """Flags are read by the app itself: nothing to make yet."""
    return ()


OPTIONS = {Flags.OFF: off, Flags.ON: on}
