"""Who is at work: process, start and user, so that others can say whom to wait for."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import msgspec


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """A process; its start tells it from a later one with the same number."""

    pid: int
    start: str
    """Ticks after boot, as the kernel counts them; empty when it does not say."""
    user: str

    def alive(self) -> bool:
        """Whether that very process still runs."""
        return Path(f"/proc/{self.pid}").exists() and started(self.pid) == self.start


def myself() -> Owner:
    """This process."""
    return Owner(pid=os.getpid(), start=started(os.getpid()), user=user_of(os.getuid()))


def started(pid: int) -> str:
    """When a process started, in ticks after boot; empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def user_of(uid: int) -> str:
    """The name of a user, or the number of one without a name, as in many containers."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
