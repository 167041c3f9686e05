"""How much memory containers have in use: of the kernel at once, else asked of the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from partywall.engines.docker.api import Api
from partywall.engines.docker.understand import Inspected
from partywall.model.errors import MachineFailed

_AT_ONCE = 32
"""Threads; each mostly waits, for up to a second: the engine looks at memory once per second."""
_CACHES = ("total_inactive_file", "inactive_file")
"""What the kernel would give back first, in cgroup v1 and v2: `docker stats` leaves it out too."""
_GROUPS = Path("/sys/fs/cgroup")
USAGE = ("memory.usage_in_bytes", "memory.current")
"""Bytes in use, in cgroup v1 and v2."""


def memory(api: Api, containers: Iterable[Inspected], root: Path = Path("/")) -> dict[str, int]:
    """Bytes in use by id; a container that does not run, or cannot be asked, is left out.

    The figure stands beside others: not knowing it is no reason to show nothing.

    Args:
        api: whom to ask about containers of another kernel.
        containers: as inspected.
        root: where the kernel's files are.
    """
    running = {one["Id"]: one["State"].get("Pid") for one in containers if _runs(one)}
    found = {name: _of_kernel(root, name, pid) for name, pid in running.items()}
    left = [name for name, figure in found.items() if figure is None]
    if left:
        with ThreadPoolExecutor(min(_AT_ONCE, len(left))) as pool:
            found |= zip(left, pool.map(lambda one: _asked(api, one), left), strict=True)
    return {name: figure for name, figure in found.items() if figure is not None}


def in_use(stats: Mapping[str, Any]) -> int | None:
    """Bytes in use as `docker stats` computes them; None when nothing runs; pure."""
    said = stats.get("memory_stats") or {}
    usage = said.get("usage")
    if not usage:
        return None
    parts = said.get("stats") or {}
    cached = next((parts[name] for name in _CACHES if name in parts), 0)
    return int(usage - cached if cached < usage else usage)


def group(text: str, container: str, controller: str = "memory") -> Path | None:
    """The folder of a process' group, from its `/proc/PID/cgroup`; pure.

    None when it is not the container's: the number of a process means something only on the
    kernel that gave it.
    """
    for line in sorted(text.splitlines(), key=lambda line: line.startswith("0::")):
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        version1 = controller in controllers.split(",")
        if container in path and (version1 or not controllers):
            return _GROUPS / (controller if version1 else "") / path.lstrip("/")
    return None


def figures(text: str) -> dict[str, int]:
    """The lines of a `memory.stat`; pure."""
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}


def _of_kernel(root: Path, container: str, pid: object) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        found = group((root / f"proc/{pid}/cgroup").read_text(), container)
        if found is not None:
            folder = root / found.relative_to("/")
            older, newer = (folder / name for name in USAGE)
            usage = int((older if older.exists() else newer).read_text())
            parts = figures((folder / "memory.stat").read_text())
            return in_use({"memory_stats": {"usage": usage, "stats": parts}})
    return None


def _runs(container: Inspected) -> bool:
    return bool(container["State"].get("Running"))


def _asked(api: Api, container: str) -> int | None:
    question = {"stream": False, "one-shot": True}
    with contextlib.suppress(MachineFailed):
        return in_use(api.get(f"/containers/{container}/stats", **question) or {})
    return None
