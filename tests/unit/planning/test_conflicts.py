"""Two things that claim the same are refused with both keys."""

import pytest

from fakes.worlds import database, instance, route, sharing, two, volume
from partywall.model.app import Mount
from partywall.model.errors import Refused
from partywall.model.world import (
    Checkout,
    FileSpace,
    Job,
    KeySpace,
    Limit,
    Network,
    TopicSpace,
    Volume,
    World,
)
from partywall.planning.conflicts import check
from partywall.planning.folders import Ground


def binding(key: str, source: str = "/srv/data", **fields) -> object:
    return instance(key, mounts=(Mount(kind="bind", source=source, target="/d", **fields),))


def mounting(key: str, source: str, **fields) -> object:
    return instance(key, mounts=(Mount(kind="volume", source=source, target="/d", **fields),))


def bound(key: str, device: str) -> Volume:
    return Volume(key=key, name=key, options={"type": "none", "o": "bind,ro", "device": device})


def remote(key: str, device: str) -> Volume:
    return Volume(key=key, name=key, options={"type": "nfs", "o": "addr=nas", "device": device})


def seeding(key: str, source: str) -> Job:
    return Job(key=key, instance=binding(key, source))


def keyspace(key: str, **fields) -> KeySpace:
    return KeySpace(key=key, **{"server": "shared/cache", "user": key, **fields})


def topics(key: str, **fields) -> TopicSpace:
    return TopicSpace(key=key, **{"server": "shared/mqtt", "user": key, "prefix": key, **fields})


def files(key: str, **fields) -> FileSpace:
    given = {"name": key, "volume": "shared/volume/vault", "folder": "all", **fields}
    return FileSpace(key=key, **given)


GROUND = Ground("/srv", production="prod")
PAIRS = [
    (route("dev/route/a", "dev/a"), route("dev/route/b", "dev/b"), "address dev.localhost/"),
    (
        route("dev/route/a", "dev/a", host="x", port=80, path="/p"),
        route("prod/route/a", "prod/a", host="x", port=80, path="/p"),
        "address x:80/p",
    ),
    (volume("dev/volume/d", name="d"), volume("prod/volume/d", name="d"), "volume name d"),
    (
        Network(key="dev/network/a", name="n"),
        Network(key="dev/network/b", name="n"),
        "network name n",
    ),
    (binding("dev/a"), binding("prod/a"), "folder /srv/data"),
    (binding("dev/a"), binding("machine/a"), "folder /srv/data"),
    (
        binding("dev/a"),
        binding("prod/a", read_only=True),
        "prod/a would read what the other writes",
    ),
    (binding("dev/a", "/srv"), binding("prod/a"), "dev/a has it as a part of /srv"),
    (
        binding("dev/a"),
        binding("prod/a", "/srv", read_only=True),
        "prod/a has it as a part of /srv",
    ),
    (binding("dev/a"), binding("prod/a", "./data"), "folder"),
    (binding("dev/a", "."), binding("prod/a", "./x/../y"), "folder"),
    (bound("dev/volume/d", "/srv/data"), binding("prod/a"), "folder /srv/data"),
    (
        remote("dev/volume/d", ":/x"),
        remote("prod/volume/d", ":/x"),
        "device device=:/x o=addr=nas type=nfs",
    ),
    (bound("dev/volume/d", "/srv"), bound("prod/volume/d", "/srv/d"), "folder /srv/d"),
    (seeding("dev/job/seed", "/srv/data"), binding("prod/a"), "folder /srv/data"),
    (
        Checkout(key="dev/checkout/a", folder="/src", branch="a"),
        Checkout(key="prod/checkout/a", folder="/src", branch="b"),
        "checkout folder /src",
    ),
    (
        database("dev/database/a", "shared/db", name="app", owner="a"),
        database("prod/database/a", "shared/db", name="app", owner="b"),
        "server on shared/db named app",
    ),
    (
        database("dev/database/a", "shared/db", name="a", owner="app"),
        database("prod/database/a", "shared/db", name="b", owner="app"),
        "role on shared/db named app",
    ),
    (
        keyspace("dev/keyspace/a", number=1),
        keyspace("prod/keyspace/a", number=1),
        "database of shared/cache number 1",
    ),
    (
        keyspace("dev/keyspace/a", prefix="p:"),
        keyspace("prod/keyspace/a", prefix="p:"),
        "prefix on shared/cache p:",
    ),
    (
        keyspace("dev/keyspace/a", user="u"),
        keyspace("prod/keyspace/a", user="u"),
        "user of shared/cache named u",
    ),
    (
        topics("dev/topicspace/a", prefix="p/"),
        topics("prod/topicspace/a", prefix="p/"),
        "prefix on shared/mqtt p/",
    ),
    (
        files("dev/filespace/a"),
        files("prod/filespace/a"),
        "folder of shared/volume/vault named all",
    ),
]


@pytest.mark.parametrize(("one", "other", "what"), PAIRS)
def test_a_claim_on_the_same(one, other, what):
    with pytest.raises(Refused) as error:
        check(World.of([one, other]), None, GROUND)
    for words in (one.key, other.key, what):
        assert words in error.value.what
    assert error.value.remedy


FINE = [
    (route("dev/route/a", "dev/a", path="/a"), route("dev/route/b", "dev/b", path="/b")),
    (volume("dev/volume/a", name="d"), volume("dev/volume/b", name="d")),
    (binding("dev/a"), binding("dev/b")),
    (binding("dev/a", read_only=True), binding("prod/a", read_only=True)),
    (binding("dev/a", read_only=True), binding("prod/a")),  # dev reads what prod writes
    (binding("dev/a", "/srv", read_only=True), binding("prod/a")),
    (binding("dev/a", "/srv/data-dev"), binding("prod/a")),
    (binding("dev/a", "./data-dev"), binding("prod/a", "./data-prod")),
    (bound("dev/volume/a", "/srv/a"), bound("dev/volume/b", "/srv/a")),
    (bound("dev/volume/a", ""), bound("prod/volume/a", "")),
    (remote("dev/volume/a", ":/x/dev"), remote("prod/volume/a", ":/x/prod")),
    (mounting("dev/a", "prod/volume/x", read_only=True), volume("prod/volume/x")),
    (mounting("dev/a", "dev/volume/x"), mounting("dev/b", "shared/volume/x")),
    (mounting("dev/a", "anonymous"), mounting("prod/b", "anonymous")),
    (database("dev/database/a", "dev/db", name="app"), database("prod/database/a", "prod/db")),
    (keyspace("dev/keyspace/a", number=0), keyspace("prod/keyspace/a", number=1)),
    (files("dev/filespace/a", folder="dev"), files("prod/filespace/a", folder="prod")),
    (
        Limit(key="dev/limit/all", cpus=1, memory_bytes=1, pids=1),
        Limit(key="prod/limit/all", cpus=1, memory_bytes=1, pids=1),
    ),
]


@pytest.mark.parametrize(("one", "other"), FINE)
def test_no_claim_on_the_same(one, other):
    check(World.of([one, other]), None, GROUND)


def test_whole_worlds_pass():
    check(two())
    check(sharing())


def test_nobody_reads_a_volume_of_anothers_that_is_not_there():
    reads = mounting("dev/a", "prod/volume/x", read_only=True)
    with pytest.raises(Refused, match="dev/a reads prod/volume/x, which is not there") as error:
        check(World.of([reads]))
    assert "`partywall up prod`" in error.value.remedy


def test_nobody_writes_to_anothers_volume():
    with pytest.raises(Refused, match="dev/a would write to prod/volume/x"):
        check(World.of([mounting("dev/a", "prod/volume/x")]))


def test_nobody_reads_what_a_third_environment_writes():
    world = World.of([binding("dev/a", read_only=True), binding("preview/a")])
    with pytest.raises(Refused, match="dev/a would read what the other writes"):
        check(world, None, GROUND)


def test_folders_of_two_others_do_not_stop_an_environment():
    odd = [binding("a/x"), binding("b/x"), binding("b/y", read_only=True)]
    world = World.of([*odd, binding("dev/a", "/srv/else"), binding("prod/a", "/srv/else/x")])
    for scope in ("a", "b", "dev", "prod"):
        with pytest.raises(Refused, match=f"{scope}/"):
            check(world, scope, GROUND)
    check(World.of([*odd, binding("dev/a", "/srv/else")]), "dev", GROUND)


def test_two_others_at_odds_do_not_stop_an_environment():
    odd = [volume(f"{name}/volume/d", name="d") for name in ("a", "b", "c")]
    world = World.of([*two().things(), *odd, mounting("a/web", "b/volume/x")])
    check(world, "dev")
    for scope in ("a", "b", "c", None):
        with pytest.raises(Refused):
            check(world, scope)
