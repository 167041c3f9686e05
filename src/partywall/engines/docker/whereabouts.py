"""Where a container's program really runs: in which groups, on which cores, below which bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from partywall.engines.docker.cgroups import MEMORY, Kernel, bound
from partywall.engines.docker.use import group
from partywall.model.errors import MachineFailed
from partywall.model.world import Limit

_CORES = "Cpus_allowed_list"
_COUNTED = frozenset({"cpu", "memory", "pids"})
"""The controllers of cgroup v1 that a budget has files in."""


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernel says of a container's first process."""

    groups: str
    """Its `/proc/PID/cgroup` (cgroups(7))."""
    cores: tuple[int, ...]
    memory_bytes: int | None = None
    """What its container may have; None: no bound of its own."""


def of(kernel: Kernel, container: str, pid: int, root: Path = Path("/")) -> Whereabouts:
    """Ask the kernel of a container's first process.

    Raises:
        MachineFailed: when it has ended, or the engine's processes are not to be seen here.
    """
    folder = root / f"proc/{pid}"
    try:
        groups = (folder / "cgroup").read_text()
        cores = allowed((folder / "status").read_text())
    except (OSError, ValueError, StopIteration) as error:
        raise MachineFailed(
            f"where the engine's process {pid} runs cannot be seen from here: {error}",
            remedy="run the command where the engine runs",
        ) from error
    own = group(groups, container)
    return Whereabouts(
        groups=groups,
        cores=cores,
        memory_bytes=_bound(root / own.relative_to("/") / MEMORY[kernel.version]) if own else None,
    )


def _bound(path: Path) -> int | None:
    try:
        return bound(path.read_text())
    except OSError:
        return None


def allowed(status: str) -> tuple[int, ...]:
    """The cores that a process may run on, from its `/proc/PID/status`; pure."""
    line = next(line for line in status.splitlines() if line.startswith(f"{_CORES}:"))
    return numbers(line.partition(":")[2].strip())


def numbers(text: str) -> tuple[int, ...]:
    """A list of the kernel's, as in `0-2,5` (cpuset(7)); pure."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def strayed(parent: str, limit: Limit, seen: Whereabouts) -> Iterator[str]:
    """Where a process is not where its budget wants it, in words; pure.

    Args:
        parent: the group that it has to be in.
        limit: the budget.
        seen: where it is.
    """
    missing = _outside(parent, seen.groups)
    if missing:
        named = "" if missing == ("",) else f" of {', '.join(missing)}"
        yield f"runs outside of the budget's group{named}"
    if limit.cores and not set(seen.cores) <= set(limit.cores):
        yield f"may run on {_cores(seen.cores)}, not on {_cores(limit.cores)} alone"


def _outside(parent: str, groups: str) -> tuple[str, ...]:
    """The controllers in whose tree a process is not in a group; `("",)` for the one of v2."""
    older: dict[str, str] = {}
    newer: dict[str, str] = {}
    for line in groups.splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        older |= dict.fromkeys(_COUNTED & set(controllers.split(",")), path)
        if not controllers:
            newer[controllers] = path
    inner = f"/{parent.strip('/')}/"
    where = older or newer
    return tuple(sorted(name for name, path in where.items() if inner not in f"{path}/"))


def _cores(cores: Sequence[int]) -> str:
    word = "core" if len(cores) == 1 else "cores"
    return f"{word} {', '.join(map(str, cores))}"
