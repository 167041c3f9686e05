"""A budget as files of the kernel: which ones, what is written, and what is read back; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from partywall.model.world import Limit, quota

ROOT = PurePosixPath("/sys/fs/cgroup")
FAMILY = "partywall"
PERIOD = 100_000
"""Microseconds in which a share of the processors is counted."""
_UNCOUNTED = {1: "-1", 2: "max"}
"""The quota where nothing is counted, by version."""
MEMORY = {1: "memory.limit_in_bytes", 2: "memory.max"}
"""The file that bounds memory, by version."""
NO_WEIGHT = "this kernel has no weight of block IO: disks are shared as they come"
NO_YIELDING = (
    "this kernel (before 5.15) has no `cpu.idle`: below its bound it competes for processors"
)
_IDLE = "cpu.idle"
_PAGE = 4096
_BOUNDLESS = 1 << 62
"""More than any machine has: what version 1 says where there is no bound."""
_CONTROLLERS = ("cpu", "memory", "pids")


class Kernel(msgspec.Struct, frozen=True, kw_only=True):
    """How this machine groups processes, as the engine says (`/info`)."""

    version: int = 2
    """1: a tree per controller; 2: one tree."""
    systemd: bool = False
    """Whether systemd owns the tree, and the engine asks it."""
    io: str = ""
    """The file for a weight of block IO; empty: this kernel has none."""

    idle: bool = False
    """Whether a group can be told to run only while nobody else wants to."""

    def parent(self, project: str, environment: str) -> str:
        """What the engine is told to put an environment's containers under."""
        name = f"{FAMILY}/{project}/{environment}"
        return f"{self.plain(name)}.slice" if self.systemd else f"/{name}"

    def plain(self, name: str) -> str:
        """A name for systemd: a dash would make it look for a slice above."""
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        return f"{re.sub(r'[^a-zA-Z0-9]', '_', name)}_{digest}"

    def folders(self, parent: str) -> dict[str, PurePosixPath]:
        """Controller → the folder of a parent; all the same with version 2."""
        inner = parent.lstrip("/")
        if self.version != 1:
            return dict.fromkeys((*_CONTROLLERS, "io"), ROOT / inner)
        found = {name: ROOT / name / inner for name in _CONTROLLERS}
        return {**found, "io": ROOT / "blkio" / inner} if self.io else found


def groups(kernel: Kernel, parent: str) -> list[PurePosixPath]:
    """The folders that make a group, each once."""
    return list(dict.fromkeys(kernel.folders(parent).values()))


def handed_down(kernel: Kernel, parent: str) -> dict[PurePosixPath, str]:
    """With version 2: what the groups above a parent are told first, the uppermost first."""
    if kernel.version == 1:
        return {}
    (folder,) = groups(kernel, parent)
    above = [ROOT, *reversed([one for one in folder.parents if ROOT in one.parents])]
    words = "+cpu +memory +pids" + (" +io" if kernel.io else "")
    return {one / "cgroup.subtree_control": words for one in above}


def idling(kernel: Kernel) -> list[PurePosixPath]:
    """Where a file lies that tells a group to yield, if this kernel has it."""
    return [(ROOT / "cpu" if kernel.version == 1 else ROOT) / _IDLE]


def above(kernel: Kernel, parent: str) -> list[PurePosixPath]:
    """The files of the groups above a parent that may yield as wholes, the innermost first."""
    if not kernel.idle:
        return []
    root = ROOT / "cpu" if kernel.version == 1 else ROOT
    return [one / _IDLE for one in kernel.folders(parent)["cpu"].parents if root in one.parents]


def weights(kernel: Kernel) -> list[PurePosixPath]:
    """The files that may take a weight of block IO, the better one first."""
    if kernel.version == 1:
        return [ROOT / "blkio" / name for name in ("blkio.bfq.weight", "blkio.weight")]
    return [ROOT / name for name in ("io.bfq.weight", "io.weight")]


def files(kernel: Kernel, parent: str, limit: Limit) -> dict[PurePosixPath, str]:
    """File → what is written into it, in an order that the kernel takes."""
    at = kernel.folders(parent)
    made = _version_1(at, limit) if kernel.version == 1 else _version_2(at, limit)
    if kernel.idle:
        made[at["cpu"] / _IDLE] = str(int(limit.yields))
    if kernel.io and limit.io_weight:
        made[at["io"] / kernel.io] = str(limit.io_weight)
    return made


def uncounted(kernel: Kernel, parent: str) -> dict[PurePosixPath, str]:
    """What is written before the quotas of those inside change, where a group bounds them.

    Version 1 takes no quota below one inside, nor one inside above its own.
    """
    if kernel.version != 1:
        return {}
    return {kernel.folders(parent)["cpu"] / "cpu.cfs_quota_us": _UNCOUNTED[1]}


def _version_1(at: Mapping[str, PurePosixPath], limit: Limit) -> dict[PurePosixPath, str]:
    return {
        at["memory"] / "memory.soft_limit_in_bytes": str(limit.reserved_bytes),
        at["memory"] / "memory.limit_in_bytes": str(limit.memory_bytes),
        at["cpu"] / "cpu.cfs_period_us": str(PERIOD),
        at["cpu"] / "cpu.cfs_quota_us": _quota(limit, 1),
        at["pids"] / "pids.max": str(limit.pids),
    }


def _version_2(at: Mapping[str, PurePosixPath], limit: Limit) -> dict[PurePosixPath, str]:
    return {
        at["memory"] / "memory.low": str(limit.reserved_bytes),
        at["memory"] / "memory.max": str(limit.memory_bytes),
        at["cpu"] / "cpu.max": f"{_quota(limit, 2)} {PERIOD}",
        at["pids"] / "pids.max": str(limit.pids),
    }


def _quota(limit: Limit, version: int) -> str:
    counted = quota(limit.cpus, limit.cores)
    return _UNCOUNTED[version] if counted is None else str(int(counted * PERIOD))


def properties(kernel: Kernel, limit: Limit) -> list[str]:
    """The same for `systemctl set-property`."""
    yields = ["CPUWeight=1"] if limit.yields else []
    counted = quota(limit.cpus, limit.cores)
    weight = [f"IOWeight={limit.io_weight}"] if kernel.io and limit.io_weight else []
    return [
        "CPUQuota=" if counted is None else f"CPUQuota={counted * 100:g}%",
        f"MemoryMax={limit.memory_bytes}",
        f"MemoryLow={limit.reserved_bytes}",
        f"TasksMax={limit.pids}",
        *yields,
        *weight,
    ]


def differences(
    kernel: Kernel, parent: str, limit: Limit, found: Mapping[PurePosixPath, str | None]
) -> Iterator[str]:
    """Where the kernel's files do not say what was written, in words."""
    for path, wanted in files(kernel, parent, limit).items():
        said = found.get(path)
        if said is None:
            yield f"{path.name} is not there"
        elif _rounded(path, said.strip()) != _rounded(path, wanted):
            yield f"{path.name} is {said.strip()}, not {wanted}"


def overbooked(own: Mapping[str, int], others: Mapping[str, int], memory_bytes: int) -> str:
    """Why these budgets cannot all be kept, with the arithmetic; empty when they can.

    Args:
        own: environment → bytes, as wanted.
        others: what other projects' environments may take, by name.
        memory_bytes: what the machine has.
    """
    total = sum(own.values()) + sum(others.values())
    if total <= memory_bytes:
        return ""
    every = {**own, **others}
    parts = " + ".join(f"{name} {_gib(size)}" for name, size in sorted(every.items()))
    return f"budgets of memory add up to {_gib(total)} of {_gib(memory_bytes)}: {parts}"


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.2f} GiB"


def bound(said: str | None) -> int | None:
    """What a file that bounds memory says, in bytes; None where it sets no bound."""
    text = (said or "").strip()
    if not text.isdecimal() or int(text) >= _BOUNDLESS:
        return None
    return int(text)


def _rounded(path: PurePosixPath, value: str) -> str:
    """The kernel counts memory in pages."""
    if path.name.startswith("memory.") and value.isdecimal():
        return str(int(value) // _PAGE)
    return value
