"""Axis `broker`: what keeps two environments' messages apart (MQTT)."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.instance import instances
from partywall.axes.site import Environment, Site
from partywall.model.app import Role
from partywall.model.choices import BrokerWall
from partywall.model.world import AnyThing


def instance(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A broker per environment."""
    return instances(environment, Role.BROKER)


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return instance(site, environment)


OPTIONS = {BrokerWall.INSTANCE: instance, BrokerWall.COMMON: common}
