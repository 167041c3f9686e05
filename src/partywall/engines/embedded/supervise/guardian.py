"""The guardian: waits for the supervisor's lock and, once it is free, becomes the supervisor.

It imports next to nothing, because a copy sleeps beside every supervisor.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys


def watch(run: str) -> None:
    """Wait until the supervisor has died without saying so, then take its place.

    The kernel hands the lock over the instant its holder is gone, and it is kept through exec:
    no third process can come between, so there are never two supervisors.
    """
    # A hang-up means "look again" to a supervisor; the habit must be there before the exec.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    own = os.open(f"{run}/guardian.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    _record(run)
    lock = os.open(f"{run}/supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if _is_over(run, lock):
        return
    os.set_inheritable(lock, True)
    words = [sys.executable, "-I", "-S", "-X", "utf8", sys.argv[0], "takeover", run, str(lock)]
    os.execv(words[0], words)  # noqa: S606


def _is_over(run: str, lock: int) -> bool:
    """Whether the supervisor was told to stop, or the run folder has been removed."""
    try:
        is_home = os.path.samestat(os.stat(f"{run}/supervisor.lock"), os.fstat(lock))  # noqa: PTH116
    except OSError:
        return True
    return not is_home or os.access(f"{run}/stopped", os.F_OK)


def _record(run: str) -> None:
    facts = _read("/proc/self/stat")
    start = facts[facts.rindex(")") + 2 :].split()[19]
    boot = _read("/proc/sys/kernel/random/boot_id").strip()
    text = f'{{"process":{{"boot":"{boot}","pid":{os.getpid()},"start":{start}}}}}\n'
    target = os.open(f"{run}/guardian.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(target, text.encode())
    os.close(target)


def _read(path: str) -> str:
    opened = os.open(path, os.O_RDONLY)
    try:
        return os.read(opened, 4096).decode(errors="replace")
    finally:
        os.close(opened)
