"""Names besides a service's own: links, aliases, container names and host names."""

import msgspec
import pytest

from partywall.axes.instance import instance
from partywall.axes.names import other_names
from partywall.axes.site import Environment
from partywall.model.app import App, Role, Service


def service(name, role=Role.APP, **definition) -> Service:
    return Service(name=name, role=role, why="", definition=definition)


def app(*services: Service) -> App:
    return App(name="shop", folder="/srv/shop", services={one.name: one for one in services})


def names(caller: Service, *others: Service) -> dict[str, str]:
    return other_names(app(caller, *others), caller)


WEB = service("web")


def test_without_other_names_there_are_none():
    assert names(WEB, service("db"), service("x", networks={"default": None})) == {}


@pytest.mark.parametrize(
    "said",
    [
        {"networks": {"default": {"aliases": ["store"]}}},
        {"container_name": "store"},
        {"hostname": "store"},
    ],
)
def test_a_service_is_called_by_the_names_it_gives_itself(said):
    assert names(WEB, service("db", **said)) == {"store": "db"}


def test_a_link_holds_for_the_one_that_has_it():
    linked = service("web", links=["db:database", "cache", "gone:away"])
    stores = (service("db"), service("cache"))
    assert names(linked, *stores) == {"database": "db"}
    assert names(WEB, *stores) == {}


def test_an_alias_holds_in_its_network():
    inner = service("db", networks={"inner": {"aliases": ["store"]}, "outer": None})
    assert names(service("web", networks={"inner": None}), inner) == {"store": "db"}
    assert names(service("web", networks=["outer"]), inner) == {}
    assert names(WEB, service("db", networks={"inner": None}, hostname="store")) == {}


def test_the_nearest_claim_wins_and_a_service_keeps_its_name():
    one = service("one", hostname="store", container_name="web")
    two = service("two", container_name="store")
    three = service("three", networks={"default": {"aliases": ["store"]}})
    assert names(WEB, one, two) == {"store": "two"}
    assert names(WEB, one, two, three) == {"store": "three"}
    assert names(service("web", links=["one:store"]), one, two, three) == {"store": "one"}


def test_names_for_the_world_and_names_of_jobs_stay():
    assert names(WEB, service("mail", hostname="mail.example.com")) == {}
    assert names(WEB, service("front", Role.EDGE, container_name="front-1")) == {}
    assert names(WEB, service("setup", Role.JOB, hostname="setup-1")) == {}


def test_an_instance_may_call_by_them():
    web = msgspec.structs.replace(WEB, environment={"A": "store:1", "B": "db:1"})
    whole = app(web, service("db", hostname="store"))
    dev = Environment(name="dev", app=whole, production=False, domain="dev.example")
    assert instance(dev, web).hosts == {"db": "dev/db", "store": "dev/db"}
