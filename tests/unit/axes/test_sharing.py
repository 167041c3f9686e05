"""Servers that several environments use: made from production, entered as oneself."""

from __future__ import annotations

import msgspec
import pytest

from architectures import plans
from partywall.axes import logins, sharing, starting
from partywall.axes.site import Site
from partywall.axes.world import desired
from partywall.model.app import Mount, Role, Service
from partywall.model.choices import BrokerWall, CacheWall, Choices, DatabaseWall, FilesWall
from partywall.model.errors import BadInput
from partywall.model.secret import SecretRef, references
from partywall.model.world import (
    Checkout,
    Database,
    Instance,
    KeySpace,
    Need,
    TopicSpace,
    World,
    environment_of,
)
from partywall.planning import conflicts

ALL = Choices(cache=CacheWall.KEYSPACE, broker=BrokerWall.TOPICS, database=DatabaseWall.DATABASE)


def site(choices: Choices = ALL, **services: Service | None) -> Site:
    """The example's two environments; development's services are those given, None taken out."""
    made = plans.site("dual")
    prod, dev = (msgspec.structs.replace(one, definitions=True) for one in made.environments)
    changed = {**dev.app.services, **services}
    kept = {name: one for name, one in changed.items() if one is not None}
    dev = msgspec.structs.replace(dev, app=msgspec.structs.replace(dev.app, services=kept))
    return msgspec.structs.replace(made, choices=choices, environments=(prod, dev), production=prod)


def thing(world: World, key: str) -> Instance:
    found = world.entries[key].thing
    assert isinstance(found, Instance)
    return found


def other(made: Site, **changes: object) -> Site:
    """The same with another cache in both environments."""
    environments = []
    for one in made.environments:
        cache = msgspec.structs.replace(one.app.services["cache"], **changes)
        app = msgspec.structs.replace(one.app, services={**one.app.services, "cache": cache})
        environments.append(msgspec.structs.replace(one, app=app))
    return msgspec.structs.replace(
        made, environments=tuple(environments), production=environments[0]
    )


def test_each_server_stands_once_and_each_environment_has_a_part_of_it() -> None:
    world = desired(site())
    assert {k for k in world.entries if environment_of(k) == "shared"} == {
        *("shared/cache", "shared/db", "shared/mqtt", "shared/network/default"),
        *("shared/volume/cachedata", "shared/volume/mqttdata", "shared/volume/pgdata"),
    }
    for name in plans.NAMES:
        assert isinstance(world.entries[f"{name}/keyspace/cache"].thing, KeySpace)
        assert isinstance(world.entries[f"{name}/topicspace/mqtt"].thing, TopicSpace)
        assert isinstance(world.entries[f"{name}/database/db"].thing, Database)
        assert not {f"{name}/cache", f"{name}/volume/cachedata"} & world.entries.keys()


def test_who_calls_a_shared_server_waits_for_its_part_of_it() -> None:
    needs = {need.key for need in thing(desired(site()), "dev/api").needs}
    assert {"dev/keyspace/cache", "dev/topicspace/mqtt", "shared/cache"} <= needs
    seed = desired(site()).entries["dev/job/seed"].thing
    assert {"dev/keyspace/cache", "dev/database/db"} <= {need.key for need in seed.needs}


def test_a_part_needs_its_server_and_a_network_of_its_environment() -> None:
    space = desired(site()).entries["dev/keyspace/cache"].thing
    assert {need.key for need in space.needs} == {"shared/cache", "dev/network/default"}


def test_the_server_is_the_same_whatever_development_says() -> None:
    cache = plans.app("dev").services["cache"]
    changed = msgspec.structs.replace(cache, image="redis:6", command=("redis-server",))
    before, after = desired(site()), desired(site(cache=changed))
    assert before.entries["shared/cache"] == after.entries["shared/cache"]


def test_the_server_knows_no_secret_but_its_administrators() -> None:
    for name in ("cache", "db", "mqtt"):
        text = msgspec.json.encode(thing(desired(site()), f"shared/{name}")).decode()
        assert references(text) == {SecretRef(f"PARTYWALL_ADMIN_{name.upper()}", 1)}


def test_the_server_is_alone_in_its_unit_and_leads_nowhere() -> None:
    definition = thing(desired(site()), "shared/cache").definition
    assert definition["networks"] == {"default": None}
    assert definition["sysctls"] == {"net.ipv4.ip_forward": "0"}
    assert "depends_on" not in definition
    assert definition["command"][-2:] == ["--aclfile", "/data/.partywall/users.acl"]
    assert definition["entrypoint"][-1] == "docker-entrypoint.sh"
    assert "$" not in "".join(definition["entrypoint"]).replace("$$", "")


def production(made: Site, **changes: object) -> Site:
    """The same with another app of production."""
    prod, dev = made.environments
    prod = msgspec.structs.replace(prod, app=msgspec.structs.replace(prod.app, **changes))
    return msgspec.structs.replace(made, environments=(prod, dev), production=prod)


def test_its_data_are_where_production_says_that_they_are_to_be() -> None:
    options = {"type": "none", "o": "bind", "device": "/mnt/rows"}
    made = production(site(), volumes={"pgdata": {"driver": "far", "driver_opts": options}})
    volume = desired(made).entries["shared/volume/pgdata"].thing
    assert (volume.name, volume.driver) == ("makapix-shared_pgdata", "far")
    assert volume.options == options


def test_data_in_a_volume_of_before_would_not_be_there_and_are_refused() -> None:
    made = production(site(), volumes={"pgdata": {"external": True, "name": "old"}})
    with pytest.raises(BadInput, match="data in the external volume old") as said:
        desired(made)
    assert "`database: server`" in str(said.value.remedy)


def test_its_administrator_is_whom_production_names() -> None:
    db = plans.app("dev").services["db"]
    another = msgspec.structs.replace(db, environment={**db.environment, "POSTGRES_USER": "boss"})
    assert desired(site(db=another)).entries["dev/database/db"].thing.admin == "makapix"


def test_its_files_are_in_a_checkout_that_is_nobodys_so_that_production_may_move() -> None:
    source = Checkout(
        key="prod/checkout/source",
        folder=".partywall/checkouts/prod",
        branch="main",
        commit="a" * 40,
        inner="app",
    )
    mqtt = plans.app("prod").services["mqtt"]
    there = {"context": f"{plans.FOLDER}/.partywall/checkouts/prod/app/broker"}
    beside = Mount(kind="bind", source="/x/.partywall/checkouts/production", target="/x")
    mqtt = msgspec.structs.replace(mqtt, build=there, mounts=(*mqtt.mounts, beside))
    made = production(site(), services={**plans.app("prod").services, "mqtt": mqtt})
    prod, dev = made.environments
    prod = msgspec.structs.replace(prod, checkout=source)
    world = desired(msgspec.structs.replace(made, environments=(prod, dev), production=prod))
    ours = world.entries["shared/checkout/source"].thing
    folder = ".partywall/checkouts/shared"
    assert ours == msgspec.structs.replace(source, key="shared/checkout/source", folder=folder)
    broker = thing(world, "shared/mqtt")
    assert broker.build == {"context": f"./{folder}/app/broker"}
    assert broker.mounts[-1].source == beside.source
    assert Need(ours.key) in broker.needs
    assert Need(ours.key) not in thing(world, "shared/cache").needs


def test_a_service_that_production_has_not_is_developments_own() -> None:
    made = site(cache2=_second())
    assert isinstance(desired(made).entries["dev/cache2"].thing, Instance)
    assert "shared/cache2" not in desired(made).entries


def _second() -> Service:
    cache = plans.app("dev").services["cache"]
    return msgspec.structs.replace(cache, name="cache2")


def test_a_service_that_development_has_not_is_shared_by_those_who_have_it() -> None:
    world = desired(site(cache=None))
    assert "prod/keyspace/cache" in world.entries
    assert "dev/keyspace/cache" not in world.entries


def test_what_cannot_be_shared_is_refused_with_what_to_say() -> None:
    made = other(site(), image="memcached:1", environment={}, command=None)
    with pytest.raises(BadInput, match=r"cache is not Redis or Valkey.*`cache: keyspace`") as said:
        desired(made)
    assert "`cache: instance`" in str(said.value.remedy)


def test_without_production_there_is_nothing_to_make_them_from() -> None:
    with pytest.raises(BadInput, match="production's services"):
        desired(msgspec.structs.replace(site(), production=None))


def test_dual_needs_no_production() -> None:
    assert sharing.settled(plans.site("dual")) == plans.site("dual")


def test_a_password_of_a_later_version_is_the_one_that_counts() -> None:
    made = site()
    second = SecretRef("PARTYWALL_CACHE_PASSWORD", 2)
    dev = msgspec.structs.replace(made.environments[1], passwords={Role.CACHE: second})
    world = desired(msgspec.structs.replace(made, environments=(made.environments[0], dev)))
    space = world.entries["dev/keyspace/cache"].thing
    assert isinstance(space, KeySpace)
    assert space.password == second
    assert str(second) in thing(world, "dev/api").environment["REDIS_URL"]


def test_a_service_of_its_own_image_and_without_data_is_shared_too() -> None:
    made = other(
        site(),
        image="valkey/valkey:8",
        mounts=(Mount(kind="bind", source="/etc/x", target="/x"),),
        definition={"entrypoint": ["/own"]},
    )
    definition = thing(desired(made), "shared/cache").definition
    assert definition["entrypoint"][-1] == "/own"
    assert definition["command"][0] == "valkey-server"
    assert "shared/volume/cachedata" not in desired(made).entries


def test_a_database_server_starts_as_it_always_does() -> None:
    service = plans.app("prod").services["db"]
    assert (starting.told(service), starting.defined(service)) == ({}, {})


def reading() -> World:
    return desired(site(Choices(files=FilesWall.READ_ONLY)))


def test_development_reads_productions_files_and_has_none_of_its_own() -> None:
    world = reading()
    assert "dev/volume/vault" not in world.entries
    assert {"dev/volume/pgdata", "dev/volume/cachedata"} <= world.entries.keys()
    api = thing(world, "dev/api")
    assert [(one.source, one.read_only) for one in api.mounts] == [("prod/volume/vault", True)]
    assert Need("prod/volume/vault") in api.needs
    assert [(one["source"], one["read_only"]) for one in api.definition["volumes"]] == [
        ("vault", True)
    ]
    conflicts.check(world)


def test_production_writes_its_files_as_ever() -> None:
    assert thing(reading(), "prod/api") == thing(desired(site(Choices())), "prod/api")


def test_files_that_production_has_not_are_developments_own() -> None:
    made = site(Choices(files=FilesWall.READ_ONLY))
    prod, dev = made.environments
    api = msgspec.structs.replace(prod.app.services["api"], mounts=())
    vault = msgspec.structs.replace(prod.app.services["vault"], mounts=())
    worker = msgspec.structs.replace(prod.app.services["worker"], mounts=())
    services = {**prod.app.services, "api": api, "vault": vault, "worker": worker}
    prod = msgspec.structs.replace(prod, app=msgspec.structs.replace(prod.app, services=services))
    world = desired(msgspec.structs.replace(made, environments=(prod, dev), production=prod))
    assert "dev/volume/vault" in world.entries


URLS = [
    ("redis://cache:6379/0", "redis://app-dev:{}@cache:6379/0"),
    ("redis://:old@cache:6379/3", "redis://app-dev:{}@cache:6379/3"),
    ("rediss://u:p@cache", "rediss://app-dev:{}@cache"),
    ("x redis://cache/1, redis://other/1", "x redis://app-dev:{}@cache/1, redis://other/1"),
    ("http://cache:6379/0", "http://cache:6379/0"),
    ("cache:6379", "cache:6379"),
    (
        "postgresql+psycopg://a:b@db:5432/a?x=1",
        "postgresql+psycopg://app_dev:{}@db:5432/app_dev?x=1",
    ),
    ("postgres://a@db", "postgres://app_dev:{}@db/app_dev"),
    ("mqtt://a:b@mqtt:1883", "mqtt://app-dev:{}@mqtt:1883"),
]


@pytest.mark.parametrize(("before", "after"), URLS)
def test_a_url_of_a_shared_server_has_the_environments_own_login(before: str, after: str) -> None:
    secret = SecretRef("PASSWORD", 1)
    hosts = {
        "cache": KeySpace(
            key="dev/keyspace/cache", server="shared/cache", user="app-dev", password=secret
        ),
        "mqtt": TopicSpace(
            key="dev/topicspace/mqtt", server="shared/mqtt", user="app-dev", prefix="dev/",
            password=secret,
        ),
        "db": Database(
            key="dev/database/db", server="shared/db", name="app_dev", owner="app_dev",
            kind="database", password=secret,
        ),
    }  # fmt: skip
    assert logins.rewritten(before, hosts) == after.format(secret)


def test_jobs_log_in_as_their_environment_too() -> None:
    job = desired(site()).entries["dev/job/migrate"].thing
    text = msgspec.json.encode(job).decode()
    assert "postgresql://makapix_dev:" in text
    assert "@db:5432/makapix_dev" in text
