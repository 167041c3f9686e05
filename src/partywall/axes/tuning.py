"""What PostgreSQL is told so that it fits its share of memory; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from partywall.axes.needs import MIB
from partywall.axes.site import called
from partywall.model.app import Role
from partywall.model.world import Instance, Portion

SHM = "shm_size"
"""Not a parameter of the server: what `/dev/shm` holds, where parallel queries meet."""
_IMAGES = frozenset({"postgres", "postgis", "pgvector", "timescaledb", "timescaledb-ha"})
"""Images whose start takes `postgres -c name=value`, as the official one does."""
_CONNECTIONS = (20, 100)
"""The fewest that an app with a pool can live with, and PostgreSQL's own default."""
_PER_CONNECTION = 4 * MIB
_BESIDE = 12
"""Processes of the server that are no connections."""
_SHORT = {"B": "shared_buffers", "N": "max_connections", "S": "work_mem"}
_LONG = re.compile(r"--([a-z][\w-]*)(?:=|$)", re.IGNORECASE)


def tuned(instance: Instance, portion: Portion) -> dict[str, str]:
    """Parameter → value, of those that its command does not set; empty where it is no PostgreSQL.

    The portion may only ever be smaller than what the server would take by itself.
    """
    if not _is_plain(instance):
        return {}
    taken = set(_set(instance.command or ()))
    if instance.definition.get(SHM):
        taken.add(SHM)
    return {name: value for name, value in _values(portion).items() if name not in taken}


def _is_plain(instance: Instance) -> bool:
    """Whether it is started as the official image is: by options alone, or by `postgres`."""
    first = (instance.command or ("postgres",))[0]
    return (
        instance.role is Role.DATABASE
        and instance.build is None
        and called(instance.image) in _IMAGES
        and not instance.entrypoint
        and (first == "postgres" or first.startswith("-"))
    )


def _values(portion: Portion) -> dict[str, str]:
    memory = portion.memory_bytes
    buffers = max(16 * MIB, memory // 4)
    fewest, most = _CONNECTIONS
    connections = min(most, max(fewest, memory // _PER_CONNECTION))
    connections = max(fewest, min(connections, portion.pids - _BESIDE))
    # Half of what is left of the share, for one sort in every connection at once.
    work = max(1 * MIB, (memory - buffers) // 2 // connections)
    return {
        "shared_buffers": _megabytes(buffers),
        "effective_cache_size": _megabytes(memory * 3 // 4),
        "work_mem": _kilobytes(min(64 * MIB, work)),
        # Three workers of autovacuum may have as much, each.
        "maintenance_work_mem": _megabytes(min(1024 * MIB, max(4 * MIB, memory // 16))),
        "max_connections": str(connections),
        SHM: f"{max(16 * MIB, memory // 2) // MIB}m",
    }


def _set(command: Sequence[str]) -> Iterator[str]:
    """The parameters that a command line sets, as `postgres` understands it."""
    words = iter(command)
    for word in words:
        if word == "-c":
            yield _name(next(words, ""))
        elif word.startswith("-c"):
            yield _name(word[2:])
        elif match := _LONG.match(word):
            yield _name(match[1])
        elif word[:1] == "-" and word[1:2] in _SHORT:
            yield _SHORT[word[1]]


def _name(assignment: str) -> str:
    return assignment.partition("=")[0].strip().lower().replace("-", "_")


def _megabytes(size: int) -> str:
    return f"{size // MIB}MB"


def _kilobytes(size: int) -> str:
    return f"{size // 1024}kB"
