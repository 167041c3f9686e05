"""Looks at the processes that can be seen, and tries harmless things on them.

Signal 0 is never delivered: the kernel only says whether it might be (kill(2)).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from partywall.proof.inside.answer import DENIED, DONE, FAILED, REFUSED, Answer, Ask, answer

_MOST = 20
"""Processes tried at most."""


def census(_ask: Ask) -> Answer:
    """The other processes of this user, each by id and start time, and where they live."""
    mine = {os.getpid(), os.getppid()}
    uid = os.getuid()
    found = []
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        started = _started(int(folder.name))
        if started and int(folder.name) not in mine and _owner(folder) == uid:
            found.append({"pid": int(folder.name), "started": started})
    return answer(DONE, f"{len(found)} processes", uid=uid, space=_space(), processes=found[:_MOST])


def own(_ask: Ask) -> Answer:
    """Signal a child of one's own and read its environment: what succeeds at home."""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as child:
        result = _knock(child.pid)
    good = result == {"signal": True, "environ": True}
    return answer(
        DONE if good else FAILED,
        "signalled a process of its own and read its variables" if good else str(result),
        uid=os.getuid(),
        space=_space(),
    )


def knock(ask: Ask) -> Answer:
    """Try signal 0 and reading the environment of processes named by id and start time."""
    if ask["space"] != _space():
        return answer(REFUSED, "they live in a process namespace of their own", seen=0)
    seen = [p["pid"] for p in ask["processes"] if _started(p["pid"]) == p["started"]]
    results = [_knock(pid) for pid in seen]
    signals = sum(result["signal"] for result in results)
    environs = sum(result["environ"] for result in results)
    says = f"saw {len(seen)}, could signal {signals}, could read the variables of {environs}"
    return answer(
        DENIED if not signals + environs else DONE,
        says,
        uid=os.getuid(),
        hidden=not Path("/proc/1/stat").exists(),
        seen=len(seen),
        signals=signals,
        environs=environs,
    )


def _knock(pid: int) -> dict[str, bool]:
    return {"signal": _may_signal(pid), "environ": _may_read(Path(f"/proc/{pid}/environ"))}


def _may_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _may_read(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def _started(pid: int) -> str:
    """When a process began, in clock ticks since boot (proc(5), field 22); empty when unseen."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _owner(folder: Path) -> int:
    """The real user of a process: a process that gave up its rights shows its folder as root's."""
    try:
        lines = (folder / "status").read_text().splitlines()
    except OSError:
        return -1
    return next((int(line.split()[1]) for line in lines if line.startswith("Uid:")), -1)


def _space() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


ACTIONS = {"census": census, "own": own, "knock": knock}
