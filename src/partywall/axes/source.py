"""Axis `source`: whether all environments share one checkout or each has its branch's."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.site import Environment, Site
from partywall.model.choices import Source
from partywall.model.world import AnyThing


def one(_site: Site, _environment: Environment) -> Iterable[AnyThing]:
    """One checkout for all: the project's folder itself, nothing to make."""
    return ()


OPTIONS = {Source.ONE: one}
