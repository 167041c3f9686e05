"""Axis `broker`: what keeps two environments' messages apart (MQTT)."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes import sharing
from partywall.axes.instance import SPACES, instances
from partywall.axes.site import Environment, Site, own
from partywall.model.app import Role
from partywall.model.choices import BrokerWall
from partywall.model.world import SHARED, AnyThing, TopicSpace


def instance(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A broker per environment."""
    return instances(environment, Role.BROKER)


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return instance(site, environment)


def topics(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """One broker for all; an environment is a user that hears and says the topics of its prefix."""
    yield from instances(environment, Role.BROKER)
    yield from sharing.servers(site, environment, Role.BROKER)
    for service in sharing.parts(environment, Role.BROKER):
        yield TopicSpace(
            key=own(environment, SPACES[Role.BROKER], service.name),
            needs=sharing.before_use(environment, service),
            server=f"{SHARED}/{service.name}",
            user=sharing.user(site.project, environment.name),
            prefix=f"{environment.name}/",
            password=sharing.password(environment, Role.BROKER),
            admin_password=sharing.admin(service.name),
        )


OPTIONS = {
    BrokerWall.INSTANCE: instance,
    BrokerWall.TOPICS: topics,
    BrokerWall.COMMON: common,
}
