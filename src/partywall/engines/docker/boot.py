"""How a budget comes back when the machine starts, before any command: its own words, for others.

The kernel forgets groups, and the engine makes them anew without bounds. A script beside the
environment's Compose file sets them for somebody without Partywall. Where systemd runs the machine
and leaves the groups to us, a unit of its own does the same before the engine starts; where systemd
owns the groups, it remembers what it was told.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from partywall.engines.docker.cgroups import Kernel, above, files, groups, handed_down
from partywall.model.errors import MachineFailed, Place
from partywall.model.world import Limit
from partywall.system.files import write_atomically

_RUNS = Path("/run/systemd/system")
"""There when systemd runs the machine: sd_booted(3)."""
_UNITS = Path("/etc/systemd/system")
_SECONDS = 20.0


def commands(kernel: Kernel, parent: str, limit: Limit) -> Iterator[str]:
    """The lines of a shell that bring a budget into force; pure."""
    for folder in groups(kernel, parent):
        yield f"mkdir -p {folder}"
    for path, text in {**handed_down(kernel, parent), **files(kernel, parent, limit)}.items():
        yield f"echo '{text}' > {path}"
    for path in above(kernel, parent):
        own = f"{path.parent}/*/{path.name}"
        yield f"if grep -qsx 0 {own}; then echo 0; else echo 1; fi > {path}"


def script(kernel: Kernel, parent: str, limit: Limit) -> str:
    """What somebody without Partywall runs, as root, before the containers; pure."""
    what = f"# The budget {limit.key}; as root, before `docker compose up`."
    return "\n".join(("#!/bin/sh", what, "set -e", *commands(kernel, parent, limit), ""))


def unit(kernel: Kernel, parent: str, limit: Limit) -> str:
    """A unit of systemd that does the same before the engine starts; pure."""
    starts = "\n".join(f'ExecStart=/bin/sh -c "{line}"' for line in commands(kernel, parent, limit))
    return (
        f"[Unit]\nDescription=Partywall's budget {parent}\nBefore=docker.service\n\n"
        f"[Service]\nType=oneshot\nRemainAfterExit=yes\n{starts}\n\n"
        "[Install]\nWantedBy=docker.service\n"
    )


def name(kernel: Kernel, parent: str) -> str:
    """What that unit is called; pure."""
    return f"{kernel.plain(parent.lstrip('/'))}.service"


class Boot:
    """The units of budgets on this machine; without systemd there are none."""

    def __init__(self, runs: Path = _RUNS, units: Path = _UNITS) -> None:
        self._runs = runs
        self._units = units

    def keep(self, kernel: Kernel, parent: str, limit: Limit) -> None:
        """Let a budget be set at every start of the machine.

        Raises:
            MachineFailed: when the unit cannot be written.
        """
        if kernel.systemd or not self._runs.is_dir():
            return
        path = self._units / name(kernel, parent)
        text = unit(kernel, parent, limit)
        if path.exists() and path.read_text() == text:
            return
        try:
            write_atomically(path, text.encode(), 0o644)
        except OSError as error:
            raise MachineFailed(
                f"the budget cannot be kept for the next start: {error.strerror}",
                where=Place(str(path)),
                remedy="run the same command as root",
            ) from error
        _systemctl("daemon-reload")
        _systemctl("enable", path.name)

    def drop(self, kernel: Kernel, parent: str) -> None:
        """Let it be set no more."""
        path = self._units / name(kernel, parent)
        if path.exists():
            _systemctl("disable", path.name)
            path.unlink(missing_ok=True)
            _systemctl("daemon-reload")


def _systemctl(*words: str) -> None:
    """That it fails changes nothing now: the budget is in force until the machine starts anew."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            ["systemctl", "--no-ask-password", *words],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
