"""Two things that want one port of the host are refused where their addresses overlap."""

import pytest

from fakes.worlds import edge, instance
from partywall.model.app import Port
from partywall.model.errors import Refused
from partywall.model.world import Instance, Job, Network, World
from partywall.planning.conflicts import check


def listening(key: str, published: str, **fields) -> Instance:
    return instance(key, published=(Port(target=1, published=published, **fields),))


def world(*things) -> World:
    return World.of(things)


AT_ODDS = [
    (listening("prod/a", "53"), listening("prod/b", "53"), "53/tcp"),
    (
        listening("prod/a", "53", protocol="udp"),
        listening("prod/b", "53", protocol="udp", host="::"),
        "53/udp",
    ),
    (listening("prod/a", "53", host="10.0.0.1"), listening("prod/b", "53"), "53/tcp"),
    (
        listening("prod/a", "53", host="10.0.0.1"),
        listening("prod/b", "53", host="10.0.0.1"),
        "53/tcp",
    ),
    (
        Job(key="prod/job/a", instance=listening("prod/job/a", "53")),
        listening("prod/b", "53"),
        "53/tcp",
    ),
    (edge(ports=(80, 443)), listening("prod/b", "443"), "443/tcp"),
    (edge(ports=(80, 443), settings={"bind": "10.0.0.1"}), listening("prod/b", "80"), "80/tcp"),
    (edge(ports=(80,), settings={"tls": "off"}), listening("prod/b", "80"), "80/tcp"),
]


@pytest.mark.parametrize(("one", "other", "port"), AT_ODDS)
def test_two_that_want_one_port_are_refused_with_both_keys(one, other, port):
    with pytest.raises(Refused) as raised:
        check(world(one, other))
    for words in (one.key, other.key, f"host port {port}"):
        assert words in raised.value.what
    assert ("edge:" in raised.value.remedy) == ("machine/edge" in {one.key, other.key})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (listening("prod/a", "53"), listening("prod/b", "54")),
        (listening("prod/a", "53"), listening("prod/b", "53", protocol="udp")),
        (
            listening("prod/a", "53", host="127.0.0.1"),
            listening("prod/b", "53", host="10.0.0.1"),
        ),
        (listening("prod/a", ""), listening("prod/b", "")),
        (listening("prod/a", "3000-3009"), listening("prod/b", "3000-3009")),
        (edge(ports=(80, 443), settings={"tls": "off"}), listening("prod/b", "443")),
        (Network(key="prod/network/a", name="a"), listening("prod/b", "443")),
    ],
)
def test_others_get_on(one, other):
    check(world(one, other))


def test_only_the_environment_in_question_counts():
    both = world(listening("prod/a", "53"), listening("dev/a", "53"), instance("test/a"))
    check(both, "test")
    for scope in ("prod", "dev", None):
        with pytest.raises(Refused):
            check(both, scope)
