"""How an environment is held to its budget: everybody where they belong, and a place to try it."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.engines.docker import whereabouts
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.limits import Budgets
from partywall.engines.docker.portions import Portions
from partywall.engines.docker.pressure import pressures
from partywall.engines.docker.rights import Rights
from partywall.engines.docker.stands import Position
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Bounds, Burst, Stand, Vitals
from partywall.model.errors import BadInput
from partywall.model.world import Key, Limit, environment_of

MOST = 512 << 20
"""Bytes that a burst gets at most, however much its like may have: what is taken is touched."""
_LEAST = 48 << 20
"""What the agent and a burst beside it need, to be of any use."""
_NOBODY = Rights(user=65534, group=65534)
_PIDS = 128


class Holding:
    """The budgets of one installation, held against what runs."""

    def __init__(self, containers: Containers, budgets: Budgets, portions: Portions) -> None:
        self._containers = containers
        self._budgets = budgets
        self._portions = portions

    def bounds(self, limit: Limit) -> Bounds:
        """Who runs on a budget, and where anything is otherwise.

        Raises:
            MachineFailed: when the engine's processes are not to be seen here.
        """
        inside, outside = [], []
        faults = [*self._budgets.faults(limit), *self._portions.faults(limit)]
        for one in self._containers.running(environment_of(limit.key)):
            key, seen = _key(limit, one), self._seen(one)
            strays = list(whereabouts.strayed(self._parent(limit), limit, seen))
            outside += [f"{_called(key, one)} {why}" for why in strays]
            faults += _loosened(key, limit, seen)
            if not strays:
                inside.append(key)
        return Bounds(inside=tuple(sorted(inside)), outside=tuple(outside), faults=tuple(faults))

    def burst(self, limit: Limit) -> tuple[Burst, Position]:
        """A container of its own in the budget's group, with the bounds of one that runs there.

        It waits behind all others of the environment for processors, and is the first to be killed.

        Raises:
            BadInput: when nothing runs.
        """
        every = self._containers.running(environment_of(limit.key))
        if not every:
            name = environment_of(limit.key)
            raise BadInput(f"nothing of {name} runs", remedy=f"`partywall up {name}`")
        like = min(every, key=lambda one: _fit(self._wanted(limit, one)))
        wanted = min(self._wanted(limit, like), MOST)
        stand = Stand(name=limit.key, alone=True)
        position = Position(
            stand=stand,
            container=limit.key,
            rights=_NOBODY,
            own=tuple(_words(self._parent(limit), like)),
        )
        return Burst(stand=stand, like=_key(limit, like), memory_bytes=wanted), position

    def vitals(self, environment: str) -> Vitals:
        """First processes, and kills as the kernel counts them."""
        running = self._containers.running(environment)
        kills = [one.oom_kills or 0 for one in pressures(running).values()]
        return Vitals(
            programs={
                str(one["Name"]).lstrip("/"): f"{one['State']['Pid']}@{one['State']['StartedAt']}"
                for one in running
            },
            oom_kills=sum(kills),
        )

    def _parent(self, limit: Limit) -> str:
        return self._budgets.parent(environment_of(limit.key))

    def _seen(self, one: Inspected) -> whereabouts.Whereabouts:
        return whereabouts.of(self._budgets.kernel, one["Id"], int(one["State"]["Pid"]))

    @staticmethod
    def _wanted(limit: Limit, one: Inspected) -> int:
        """What a container may have by its budget; without a portion: all of it."""
        portion = limit.portion(_key(limit, one))
        return portion.memory_bytes if portion else limit.memory_bytes


def _fit(size: int) -> tuple[bool, int]:
    """The smallest first, of those that are large enough; else the largest."""
    return (size < _LEAST, size if size >= _LEAST else -size)


def _words(parent: str, like: Inspected) -> Iterator[str]:
    """The options of a container with the bounds that another one really has.

    A quota of its own it has none: what counts is that of all together.
    """
    said = like["HostConfig"]
    yield from ("--network", "none", "--cgroup-parent", parent, "--cpu-shares", "2")
    yield from ("--pids-limit", str(_PIDS), "--oom-score-adj", "500")
    yield from ("--security-opt", "no-new-privileges")
    if memory := said.get("Memory"):
        size = str(min(memory, MOST))
        yield from ("--memory", size, "--memory-swap", size)
    if cores := said.get("CpusetCpus"):
        yield from ("--cpuset-cpus", cores)


def _loosened(key: Key, limit: Limit, seen: whereabouts.Whereabouts) -> Iterator[str]:
    """Where the kernel has another bound for a container than the engine was told."""
    portion = limit.portion(key)
    if portion is not None and (seen.memory_bytes or 1 << 62) > portion.memory_bytes:
        said = "no bound" if seen.memory_bytes is None else f"{seen.memory_bytes >> 20} MiB"
        yield f"{key} has {said} of memory in the kernel, not {portion.memory_bytes >> 20} MiB"


def _key(limit: Limit, one: Inspected) -> Key:
    found = one["Config"]["Labels"]
    return str(found.get(KEY) or f"{environment_of(limit.key)}/{found.get(COMPOSE_SERVICE)}")


def _called(key: Key, one: Inspected) -> str:
    """A key, and the container's own name: there may be one more than there should."""
    return f"{key} ({str(one['Name']).lstrip('/')})"
