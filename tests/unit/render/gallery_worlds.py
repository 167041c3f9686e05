"""A small gallery application in two environments, as worlds to draw and to plan from."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.model.app import Condition, Mount, Role
from partywall.model.secret import SecretRef
from partywall.model.world import (
    AnyThing,
    BasicAuth,
    Database,
    Instance,
    Job,
    Key,
    KeySpace,
    Limit,
    Need,
    Network,
    Route,
    TopicSpace,
    Volume,
    World,
)

DATA = {
    "DATABASE_URL": f"postgresql://club:{SecretRef('POSTGRES_PASSWORD', 1)}@db:5432/club",
    "REDIS_URL": "redis://cache:6379/0",
    "MQTT_HOST": "mqtt",
}


def edge() -> Instance:
    """The one edge."""
    return Instance(key="machine/edge", service="edge", role=Role.EDGE, image="caddy:2")


def gallery(name: str, domain: str, *, guarded: bool = False, seed: bool = False) -> list[AnyThing]:
    """Four services, three servers, jobs, volumes and three addresses."""
    hosts = {s: f"{name}/{s}" for s in ("db", "cache", "mqtt", "api", "worker", "web", "vault")}
    vault = Mount(kind="volume", source=f"{name}/volume/vault", target="/vault")
    data = Mount(kind="volume", source=f"{name}/volume/pgdata", target="/var/lib/postgresql")
    mqtt = Mount(kind="volume", source=f"{name}/volume/mqttdata", target="/data")

    def instance(service: str, role: Role, **more: object) -> Instance:
        return Instance(key=f"{name}/{service}", service=service, role=role, hosts=hosts, **more)  # type: ignore[arg-type]

    def job(service: str, once_per: str = "definition") -> Job:
        inside = Instance(
            key=f"{name}/job/{service}",
            service=service,
            role=Role.JOB,
            environment=DATA if service == "seed" else {"DATABASE_URL": DATA["DATABASE_URL"]},
            hosts=hosts,
        )
        return Job(key=inside.key, instance=inside, once_per=once_per)

    things: list[AnyThing] = [
        Network(key=f"{name}/network/default", name=f"club-{name}_default"),
        *(Volume(key=m.source, name=f"club-{name}_{m.target}") for m in (data, vault, mqtt)),
        instance("db", Role.DATABASE, image="postgres:18", mounts=(data,)),
        Database(key=f"{name}/database/db", server=f"{name}/db", name="club", owner="club"),
        instance("cache", Role.CACHE, image="redis:7"),
        instance("mqtt", Role.BROKER, mounts=(mqtt,)),
        job("migrate"),
        *([job("seed", "data")] if seed else []),
        instance("api", Role.APP, environment=DATA, mounts=(vault,)),
        instance("worker", Role.WORKER, environment=DATA, mounts=(vault,)),
        instance("web", Role.WEB, needs=(Need(f"{name}/api", Condition.HEALTHY),)),
        instance("vault", Role.FILES, mounts=(vault,)),
    ]
    auth = BasicAuth("guest", SecretRef("EDGE_PASSWORD", 1)) if guarded else None

    def route(service: str, host: str, path: str = "/") -> Route:
        return Route(
            key=f"{name}/route/{service}",
            host=host,
            port=0,
            path=path,
            instance=f"{name}/{service}",
            target=8080,
            auth=auth,
            robots=not guarded,
        )

    things += [
        route("web", domain),
        route("api", domain, "/api"),
        route("vault", f"vault.{domain}"),
    ]
    return things


def dual(*, limited: bool = False) -> World:
    """Production and development, whole and apart."""
    things = [edge(), *gallery("prod", "club.example")]
    things += gallery("dev", "dev.club.example", guarded=True, seed=True)
    if limited:
        limit = Limit(key="dev/limit/budget", cpus=0.8, memory_bytes=1_717_986_918, pids=1024)
        things.append(limit)
    return World.of(things)


def shared() -> World:
    """Two environments on one cache, one broker and one database server."""
    servers = {"db": Role.DATABASE, "cache": Role.CACHE, "mqtt": Role.BROKER}
    things: list[AnyThing] = [edge()]
    things += [Instance(key=f"shared/{s}", service=s, role=r) for s, r in servers.items()]
    for name in ("prod", "dev"):
        things += _guest(name)
    return World.of(things)


def _guest(name: str) -> Iterable[AnyThing]:
    hosts: dict[str, Key] = {service: f"shared/{service}" for service in ("db", "cache", "mqtt")}
    api = Instance(key=f"{name}/api", service="api", role=Role.APP, environment=DATA, hosts=hosts)
    yield api
    yield Database(key=f"{name}/database/db", server="shared/db", name=name, owner=name)
    yield KeySpace(key=f"{name}/keyspace/cache", server="shared/cache", user=name, number=1)
    yield TopicSpace(key=f"{name}/topicspace/mqtt", server="shared/mqtt", user=name, prefix=name)
    yield Route(
        key=f"{name}/route/api", host=f"{name}.club.example", port=0, instance=api.key, target=80
    )
