"""Axis `cache`: what keeps two environments' cache keys apart (Redis and its like)."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes import sharing
from partywall.axes.instance import instances
from partywall.axes.servers import entered, servers
from partywall.axes.site import Environment, Site
from partywall.model.app import Role
from partywall.model.choices import CacheWall
from partywall.model.world import AnyThing, KeySpace


def instance(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A cache per environment."""
    return instances(environment, Role.CACHE)


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return instance(site, environment)


def keyspace(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One cache for all; an environment is a user that sees the keys of its prefix alone."""
    yield from instances(environment, Role.CACHE)
    yield from servers(site, environment, Role.CACHE)
    for service in sharing.parts(environment, Role.CACHE):
        yield KeySpace(
            user=sharing.user(site.project, environment.name),
            prefix=f"{environment.name}:",
            **entered(environment, service),
        )


OPTIONS = {
    CacheWall.INSTANCE: instance,
    CacheWall.KEYSPACE: keyspace,
    CacheWall.COMMON: common,
}
