"""A budget as files of the kernel: which ones, what is written, and what is read back; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from partywall.model.world import Limit

ROOT = PurePosixPath("/sys/fs/cgroup")
FAMILY = "partywall"
PERIOD = 100_000
"""Microseconds in which a share of the processors is counted."""
MEMORY = {1: "memory.limit_in_bytes", 2: "memory.max"}
"""The file that bounds memory, by version."""
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

    def parent(self, project: str, environment: str) -> str:
        """What the engine is told to put an environment's containers under."""
        name = f"{project}/{environment}"
        if not self.systemd:
            return f"/{FAMILY}/{name}"
        # A dash would make systemd look for a slice above.
        plain = re.sub(r"\W", "_", name)
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        return f"{FAMILY}_{plain}_{digest}.slice"

    def folders(self, parent: str) -> dict[str, PurePosixPath]:
        """Controller → the folder of a parent; all the same with version 2."""
        inner = parent.lstrip("/")
        if self.version == 1:
            return {name: ROOT / name / inner for name in _CONTROLLERS}
        return dict.fromkeys(_CONTROLLERS, ROOT / inner)


def files(kernel: Kernel, parent: str, limit: Limit) -> dict[PurePosixPath, str]:
    """File → what is written into it, in an order that the kernel takes."""
    at = kernel.folders(parent)
    quota = int(limit.cpus * PERIOD)
    if kernel.version == 1:
        return {
            at["memory"] / "memory.soft_limit_in_bytes": str(limit.reserved_bytes),
            at["memory"] / "memory.limit_in_bytes": str(limit.memory_bytes),
            at["cpu"] / "cpu.cfs_period_us": str(PERIOD),
            at["cpu"] / "cpu.cfs_quota_us": str(quota),
            at["pids"] / "pids.max": str(limit.pids),
        }
    return {
        at["memory"] / "memory.low": str(limit.reserved_bytes),
        at["memory"] / "memory.max": str(limit.memory_bytes),
        at["cpu"] / "cpu.max": f"{quota} {PERIOD}",
        at["pids"] / "pids.max": str(limit.pids),
    }


def properties(limit: Limit) -> list[str]:
    """The same for `systemctl set-property`."""
    return [
        f"CPUQuota={limit.cpus * 100:g}%",
        f"MemoryMax={limit.memory_bytes}",
        f"MemoryLow={limit.reserved_bytes}",
        f"TasksMax={limit.pids}",
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
