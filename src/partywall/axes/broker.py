"""Axis `broker`: what keeps two environments' messages apart (MQTT)."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes import sharing
from partywall.axes.instance import instances
from partywall.axes.servers import entered, servers
from partywall.axes.site import Environment, Site
from partywall.model.app import Role
from partywall.model.choices import BrokerWall
from partywall.model.world import AnyThing, TopicSpace


def instance(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A broker per environment."""
    return instances(environment, Role.BROKER)


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return instance(site, environment)


def topics(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One broker for all; an environment is a user that hears and says the topics of its prefix."""
    yield from instances(environment, Role.BROKER)
    yield from servers(site, environment, Role.BROKER)
    for service in sharing.parts(environment, Role.BROKER):
        yield TopicSpace(
            user=sharing.user(site.project, environment.name),
            prefix=f"{environment.name}/",
            **entered(environment, service),
        )


OPTIONS = {
    BrokerWall.INSTANCE: instance,
    BrokerWall.TOPICS: topics,
    BrokerWall.COMMON: common,
}
