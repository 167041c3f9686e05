"""What of a budget a service or a build may take: how it is told, and read back; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from partywall.axes.tuning import SHM
from partywall.model.errors import MachineFailed
from partywall.model.world import Limit, Portion, environment_of, name_of, quota

Json = dict[str, Any]
_NANO = 1_000_000_000
_PAGE = 4096
_MIB = 1 << 20
_KILLED = "non-zero code: 137"
"""128 + SIGKILL, as the engine says it of a step."""
_NEEDS_BUILDKIT = "requires BuildKit"
_REPLACED = frozenset(
    {"cpu_quota", "cpu_period", "cpu_shares", "memswap_limit", "mem_swappiness", "deploy"}
)
"""What would say something else of the same bounds."""


def bounded(service: Mapping[str, Any], portion: Portion | None) -> Json:
    """A service of a Compose document that takes no more than its portion, and never swaps."""
    if portion is None:
        return dict(service)
    made = {name: value for name, value in service.items() if name not in _REPLACED}
    if deploy := _without_bounds(service.get("deploy") or {}):
        made["deploy"] = deploy
    made |= {
        "mem_limit": portion.memory_bytes,
        "memswap_limit": portion.memory_bytes,
        "cpu_shares": portion.weight,
        "pids_limit": portion.pids,
    }
    made.pop("cpus", None)
    if counted := quota(portion.cpus, portion.cores):
        made["cpus"] = counted
    if portion.cores:
        made["cpuset"] = _named(portion.cores)
    made.pop("mem_reservation", None)
    if portion.reserved_bytes:
        made["mem_reservation"] = portion.reserved_bytes
    return made


def told(service: Mapping[str, Any], settings: Mapping[str, str]) -> Json:
    """A service whose server is told these parameters on its command line."""
    options = [
        word
        for name, value in settings.items()
        if name != SHM
        for word in ("-c", f"{name}={value}")
    ]
    command = list(service.get("command") or ["postgres"])
    made = {**service, "command": [*command, *options]}
    return {**made, SHM: settings[SHM]} if SHM in settings else made


def asked(portion: Portion) -> Json:
    """The same for a container, as the engine says it."""
    return {
        "Memory": portion.memory_bytes,
        "MemorySwap": portion.memory_bytes,
        "MemoryReservation": portion.reserved_bytes,
        "NanoCpus": round((quota(portion.cpus, portion.cores) or 0) * _NANO),
        "CpusetCpus": _named(portion.cores),
        "CpuShares": portion.weight,
        "PidsLimit": portion.pids,
    }


def changed(portion: Portion, cores: int) -> Json:
    """The same for one that runs, on a machine of so many cores.

    An engine leaves what is empty or 0 as it was: more than can be used means no bound.
    """
    made = asked(portion)
    made["NanoCpus"] = made["NanoCpus"] or min(len(portion.cores) + 1, cores) * _NANO
    made["CpusetCpus"] = made["CpusetCpus"] or _named(range(cores))
    return made


def differences(portion: Portion, container: Mapping[str, Any]) -> Iterator[str]:
    """Where a container's bounds, as the engine says them, are not its portion, in words."""
    said = container.get("HostConfig") or {}
    for name, wanted in asked(portion).items():
        found = said.get(name)
        if name != "MemorySwap" and _plain(portion, name, found) != _plain(portion, name, wanted):
            yield f"{name_of(portion.key)} has {name} {found!r}, not {wanted!r}"


def building(limit: Limit, parent: str) -> dict[str, str]:
    """What the engine is told of a build that takes from a budget, as its API calls it."""
    size = str(limit.memory_bytes)
    made = {"cgroupparent": parent, "memory": size, "memswap": size}
    return {**made, "cpusetcpus": _named(limit.cores)} if limit.cores else made


def hindered(error: MachineFailed, service: str, limit: Limit) -> MachineFailed:
    """Why a build on a budget failed, where the budget is why."""
    environment = environment_of(limit.key)
    said = " ".join((error.what, *error.detail))
    if _KILLED in said:
        return MachineFailed(
            f"the build of {service} was killed: {environment} may take "
            f"{limit.memory_bytes // _MIB} MiB of memory, builds included",
            where=error.where,
            detail=(*error.detail, error.what),
            remedy=f"give {environment} more `memory` under `limits`, or build the image "
            "elsewhere and name it by `image:`",
        )
    if _NEEDS_BUILDKIT in said:
        return MachineFailed(
            f"{service} can only be built by BuildKit, which keeps to no budget",
            where=error.where,
            detail=(*error.detail, error.what),
            remedy="take `--mount` and the like out of its Dockerfile, or build the image "
            "yourself and name it by `image:`",
        )
    return error


def _plain(portion: Portion, name: str, value: object) -> object:
    """A bound such that equal ones are equal, however the engine says them."""
    if name == "CpusetCpus":
        return value if portion.cores else ""
    size = value if isinstance(value, int) else 0
    if name == "NanoCpus" and portion.cores and size >= len(portion.cores) * _NANO:
        return 0
    return size // _PAGE if name.startswith("Memory") else size


def _named(cores: Iterable[int]) -> str:
    """Cores as the kernel writes them."""
    return ",".join(map(str, cores))


def _without_bounds(deploy: Mapping[str, Any]) -> Json:
    """What else `deploy` says: devices are reserved there, too."""
    resources = deploy.get("resources") or {}
    kept = resources.get("reservations") or {}
    rest = {name: value for name, value in kept.items() if name not in ("cpus", "memory")}
    made = {name: value for name, value in deploy.items() if name != "resources"}
    return {**made, "resources": {"reservations": rest}} if rest else made
