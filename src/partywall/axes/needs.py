"""What a service needs of memory, processors and processes: as declared, else as is customary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.axes.site import called
from partywall.model.app import Role
from partywall.model.world import Instance

MIB = 1 << 20


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What programs of one kind need."""

    name: str
    images: tuple[str, ...] = ()
    """Beginnings of the last part of an image's name."""
    least: int
    """MiB that it cannot work without."""
    usual: int
    """MiB that it needs in a small installation."""
    pids: int = 16
    """Processes and threads that it cannot work without."""
    why: str
    """Where the least comes from."""


KINDS = (
    Kind(
        name="PostgreSQL",
        images=("postgres", "postgis", "pgvector", "timescaledb"),
        least=48,
        usual=512,
        pids=48,
        why="16 MiB of shared buffers, its own processes, 20 connections",
    ),
    Kind(
        name="MySQL",
        images=("mysql", "mariadb", "percona"),
        least=256,
        usual=512,
        pids=48,
        why="a buffer pool of 128 MiB and its tables of memory",
    ),
    Kind(
        name="MongoDB",
        images=("mongo",),
        least=320,
        usual=512,
        pids=48,
        why="a cache of WiredTiger is never below 256 MiB",
    ),
    Kind(
        name="a search engine on the JVM",
        images=("elasticsearch", "opensearch", "solr", "cassandra", "neo4j"),
        least=1024,
        usual=2048,
        pids=256,
        why="a heap of 512 MiB, and as much beside it for files and threads",
    ),
    Kind(
        name="a program on the JVM",
        images=(
            *("openjdk", "eclipse-temurin", "amazoncorretto", "tomcat", "jetty", "wildfly"),
            *("keycloak", "kafka", "zookeeper", "activemq", "jenkins", "nexus", "sonarqube"),
        ),
        least=256,
        usual=768,
        pids=64,
        why="a small heap, classes, compiled code and threads",
    ),
    Kind(
        name="RabbitMQ",
        images=("rabbitmq",),
        least=128,
        usual=256,
        pids=64,
        why="the Erlang machine with a scheduler per core",
    ),
    Kind(
        name="Redis",
        images=("redis", "valkey", "keydb"),
        least=16,
        usual=128,
        why="itself empty, and a copy of its pages while it saves",
    ),
)
"""The table of minimums; an image that none of these names is taken by its role."""

ROLES: Mapping[Role, Kind] = {
    role: Kind(name=f"the role {role.value}", least=least, usual=usual, why=why)
    for role, least, usual, why in (
        (Role.DATABASE, 64, 512, "an unknown server with a small cache"),
        (Role.CACHE, 16, 128, "an empty cache"),
        (Role.BROKER, 16, 64, "a broker without messages"),
        (Role.FILES, 16, 64, "a server of files"),
        (Role.EDGE, 32, 64, "a proxy"),
        (Role.FLAGS, 48, 96, "an interpreter and the evaluator, without flags"),
        (Role.WEB, 24, 128, "an interpreter and a small page"),
        (Role.APP, 24, 256, "an interpreter and its libraries"),
        (Role.WORKER, 24, 256, "an interpreter and its libraries"),
        (Role.JOB, 24, 128, "an interpreter, once"),
    )
}

_JVM = ("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JVM_OPTS", "ES_JAVA_OPTS")
_WEIGHTS = {Role.DATABASE: 1024, Role.WEB: 1024, Role.APP: 1024}
_OTHERS = 512
_ONE_CORE = 1024
_MOST_WEIGHT = 262_144


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What one container of a service needs, and what its Compose file lets it have at most."""

    least_bytes: int
    bytes: int
    most_bytes: int | None
    why: str
    most_cpus: float | None
    weight: int
    least_pids: int
    most_pids: int | None
    containers: int


def need(instance: Instance, said: int | None = None) -> Need:
    """What an instance needs.

    Args:
        instance: with its Compose definition, where the engine takes one.
        said: bytes that the settings say it customarily needs.
    """
    known = kind(instance)
    declared = _declared(instance.definition)
    most = _whole(declared["memory"])
    reserved = _whole(declared["reserved"])
    cpus = _number(declared["cpus"])
    pids = _whole(declared["pids"])
    amount, why = known.usual * MIB, f"customary for {known.name}"
    for size, source in ((reserved, "reserved in"), (most, "the limit in")):
        if size is not None:
            amount, why = size, f"{source} the Compose file"
    if said is not None:
        amount, why = said, "said in partywall.yaml"
    least = min(known.least * MIB, most or known.least * MIB)
    return Need(
        least_bytes=least,
        bytes=max(least, min(amount, most or amount)),
        most_bytes=most,
        why=why,
        most_cpus=cpus,
        weight=_weight(instance.role, cpus),
        least_pids=min(known.pids, pids or known.pids),
        most_pids=pids,
        containers=max(1, _whole(declared["containers"]) or 1),
    )


def kind(instance: Instance) -> Kind:
    """What kind of program it is; a job is one, whatever image it runs from."""
    if instance.role is not Role.JOB:
        if any(name in instance.environment for name in _JVM):
            return next(one for one in KINDS if one.name == "a program on the JVM")
        image = called(instance.image)
        for one in KINDS:
            if image.startswith(one.images):
                return one
    return ROLES[instance.role]


def _declared(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The Compose file's own words, in its older form, else in that below `deploy`."""
    deploy = definition.get("deploy") or {}
    resources = deploy.get("resources") or {}
    limits, kept = resources.get("limits") or {}, resources.get("reservations") or {}
    return {
        "memory": definition.get("mem_limit") or limits.get("memory"),
        "reserved": definition.get("mem_reservation") or kept.get("memory"),
        "cpus": definition.get("cpus") or limits.get("cpus"),
        "pids": definition.get("pids_limit") or limits.get("pids"),
        "containers": definition.get("scale") or deploy.get("replicas"),
    }


def _whole(said: object) -> int | None:
    """Canonical sizes are plain bytes; none where a variable still stands, or for `-1`."""
    text = str(said)
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _number(said: object) -> float | None:
    try:
        found = float(str(said))
    except ValueError:
        return None
    return found if found > 0 else None


def _weight(role: Role, cpus: float | None) -> int:
    if cpus is None:
        return _WEIGHTS.get(role, _OTHERS)
    return max(2, min(_MOST_WEIGHT, int(cpus * _ONE_CORE)))
