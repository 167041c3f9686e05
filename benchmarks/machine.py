"""Facts about the machine, and how busy others keep it."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from benchmarks.measure import Quiet

_LOOK_SECONDS = 1.0


def facts() -> dict[str, object]:
    """What the results were measured on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30, 1),
        "processor": _processor(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def quiet() -> Quiet:
    """Look for a second, doing nothing: what is busy then are others."""
    busy, total = _ticks()
    time.sleep(_LOOK_SECONDS)  # the time itself is what is measured here
    busy_now, total_now = _ticks()
    share = (busy_now - busy) / max(1, total_now - total)
    return Quiet(load=os.getloadavg()[0], busy=share)


def _ticks() -> tuple[int, int]:
    """Busy and all clock ticks of all cores since boot (proc(5)); guests are in `user` already."""
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return sum(fields) - idle, sum(fields)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
