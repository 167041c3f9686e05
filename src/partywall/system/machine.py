"""Facts about the machine: cores, memory, disk, who we are."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from pathlib import Path


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


def memory_bytes() -> int:
    """Physical memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def processor() -> str:
    """What the processor calls itself; of one that says nothing, its kind."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def free_memory_bytes() -> int:
    """Memory that new programs can have without swapping, as the kernel estimates it."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def free_disk_bytes(folder: Path) -> int:
    """What this user may still write there."""
    return shutil.disk_usage(folder).free


def disk_bytes(folder: Path) -> int:
    """What the files below a folder take; such as cannot be looked at do not count."""
    found = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found += Path(root, name).lstat().st_blocks * 512
    return found


def is_root() -> bool:
    """Whether we may change user ids."""
    return os.geteuid() == 0
