"""Axis `cache`: what keeps two environments' cache keys apart (Redis and its like)."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.instance import instances
from partywall.axes.site import Environment, Site
from partywall.model.app import Role
from partywall.model.choices import CacheWall
from partywall.model.world import AnyThing


def instance(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A cache per environment."""
    return instances(environment, Role.CACHE)


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return instance(site, environment)


OPTIONS = {CacheWall.INSTANCE: instance, CacheWall.COMMON: common}
