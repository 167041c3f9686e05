"""How much memory containers have in use, asked for many at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from partywall.engines.docker.api import Api
from partywall.model.errors import MachineFailed

_AT_ONCE = 32
"""Threads; each mostly waits, for up to a second: the engine looks at memory once per second."""
_CACHES = ("total_inactive_file", "inactive_file")
"""What the kernel would give back first, in cgroup v1 and v2: `docker stats` leaves it out too."""


def memory(api: Api, containers: Iterable[str]) -> dict[str, int]:
    """Bytes in use by id; a container that does not run, or cannot be asked, is left out.

    The figure stands beside others: not knowing it is no reason to show nothing.
    """
    ids = list(containers)
    if not ids:
        return {}
    with ThreadPoolExecutor(min(_AT_ONCE, len(ids))) as pool:
        figures = dict(zip(ids, pool.map(lambda one: _asked(api, one), ids), strict=True))
    return {one: figure for one, figure in figures.items() if figure is not None}


def in_use(stats: Mapping[str, Any]) -> int | None:
    """Bytes in use as `docker stats` computes them; None when nothing runs; pure."""
    said = stats.get("memory_stats") or {}
    usage = said.get("usage")
    if not usage:
        return None
    parts = said.get("stats") or {}
    cached = next((parts[name] for name in _CACHES if name in parts), 0)
    return int(usage - cached if cached < usage else usage)


def _asked(api: Api, container: str) -> int | None:
    question = {"stream": False, "one-shot": True}
    with contextlib.suppress(MachineFailed):
        return in_use(api.get(f"/containers/{container}/stats", **question) or {})
    return None
