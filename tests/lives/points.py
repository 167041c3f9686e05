"""The points of the space that are lived through: every architecture, and some without a name."""

from __future__ import annotations

from typing import Any

import msgspec

from partywall import catalog
from partywall.axes.sharing import any_shared
from partywall.model.choices import Choices, FilesWall, Flags, LimitsBy, Presence, RouteBy, Source


class Point(msgspec.Struct, frozen=True):
    """One option on each axis, as somebody writes it into `partywall.yaml`."""

    said: dict[str, str]

    @property
    def name(self) -> str:
        """What tests call it."""
        architecture, *axes = self.said.values()
        return "+".join([architecture, *axes])

    @property
    def choices(self) -> Choices:
        """The point itself."""
        axes = {axis: option for axis, option in self.said.items() if axis != "architecture"}
        named = msgspec.to_builtins(catalog.choices([self.said["architecture"]]))
        return msgspec.convert({**named, **axes}, Choices)

    @property
    def settings(self) -> dict[str, Any]:
        """Its lines, with budgets that several projects of one machine can have at once."""
        if self.choices.limits is LimitsBy.NONE:
            return {**self.said}
        return {**self.said, "environments": {"prod": {}, "dev": {"limits": {"memory": "1500M"}}}}

    # What is lived through otherwise because of it.

    @property
    def alone(self) -> bool:
        """Production is all there is."""
        return self.choices.presence in (Presence.SINGLE, Presence.ON_DEMAND)

    @property
    def in_turn(self) -> bool:
        """One environment stands at a time."""
        return self.choices.presence is Presence.SWITCHED

    @property
    def branched(self) -> bool:
        """Each environment has a checkout of its own."""
        return self.choices.source is Source.BRANCH

    @property
    def by_port(self) -> bool:
        """Environments differ in their port, which the edge has to have."""
        return self.choices.route is RouteBy.PORT

    @property
    def flagged(self) -> bool:
        """Features are gated by flags."""
        return self.choices.flags is Flags.ON

    @property
    def all_at_once(self) -> bool:
        """Two environments, a budget, and flags: migrations are tried on copies."""
        return self.said == {"architecture": "hybrid"}

    @property
    def comes_back(self) -> bool:
        """Whether `up` follows `down` on Docker too, which takes as long as all else.

        Those do that have something to come back to; the rest is `dual`, which other tests have.
        """
        has = any_shared(self.choices) or self.in_turn or self.branched
        return has and len(self.said) == 1

    @property
    def reads_production(self) -> bool:
        """Development sees production's files and can write none."""
        return self.choices.files is FilesWall.READ_ONLY

    def refused(self, engine: str) -> str:
        """The words in which an engine refuses it; empty where it lives."""
        if engine == "embedded" and self.reads_production:
            return "can mount nothing read-only: say `files: folder`"
        return ""


UNNAMED = (
    {"architecture": "shared", "source": "branch"},
    {"architecture": "branches", "route": "port"},
    {"architecture": "shared", "database": "database", "files": "read-only"},
    {"architecture": "profiles", "database": "schema"},
    {"architecture": "schemas", "limits": "budget"},
    {"architecture": "ports", "cache": "keyspace"},
    {"architecture": "profiles", "source": "branch"},
    {"architecture": "dual", "broker": "topics"},
)

POINTS = {
    point.name: point
    for point in map(Point, ({"architecture": name} for name in catalog.presets()))
} | {point.name: point for point in map(Point, UNNAMED)}
