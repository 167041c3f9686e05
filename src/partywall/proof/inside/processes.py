"""Looks at the processes that can be seen, and tries harmless things on them.

Signal 0 is never delivered: the kernel only says whether it might be (kill(2)).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from partywall.proof.inside.answer import DENIED, DONE, FAILED, REFUSED, Answer, Ask, answer

Process = dict[str, Any]
_MOST = 20
"""Processes tried at most."""


def census(ask: Ask) -> Answer:
    """The other processes of this user, or `all` that are seen, and where they live."""
    found = _others(every=bool(ask.get("all")))
    return answer(
        DONE, f"{len(found)} processes", uid=os.getuid(), space=_space(), processes=found[:_MOST]
    )


def own(ask: Ask) -> Answer:
    """Signal a child of one's own and read its environment: what succeeds at home.

    With `all`, every process that is seen is the environment's own, and one has to be signalled.
    """
    with subprocess.Popen(
        [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    ) as child:
        result = _knock(child.pid)
    good = result == {"signal": True, "environ": True}
    says = "signalled a process of its own and read its variables" if good else str(result)
    if good and ask.get("all"):
        neighbours = _others(every=True)
        signalled = sum(_may_signal(one["pid"]) for one in neighbours)
        good = signalled > 0
        says += f"; saw {len(neighbours)} of its environment, could signal {signalled}"
    return answer(DONE if good else FAILED, says, uid=os.getuid(), space=_space())


def knock(ask: Ask) -> Answer:
    """Try signal 0 and reading the environment of processes named by id and start time."""
    apart = ask["space"] != _space()
    seen = _inner(ask["processes"]) if apart else _same(ask["processes"])
    if apart and not seen:
        around = len(_others(every=True))
        says = f"none of the {around} processes that it sees: the others live in a space of theirs"
        return answer(REFUSED, says, seen=0)
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


def _same(processes: list[Process]) -> list[int]:
    return [p["pid"] for p in processes if _started(p["pid"]) == p["started"]]


def _inner(processes: list[Process]) -> list[int]:
    """Those of another process namespace that is inside of this one (proc(5), `NSpid`)."""
    known = {(p["pid"], p["started"]) for p in processes}
    found = []
    for one in _others(every=True):
        ids = _field(one["pid"], "NSpid")
        if len(ids) > 1 and (int(ids[-1]), one["started"]) in known:
            found.append(one["pid"])
    return found


def _others(*, every: bool) -> list[Process]:
    mine, uid = {os.getpid(), os.getppid()}, os.getuid()
    ids = sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    return [
        {"pid": pid, "started": started}
        for pid in ids
        if pid not in mine and (started := _started(pid)) and (every or _owner(pid) == uid)
    ]


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


def _owner(pid: int) -> int:
    """The real user of a process: a process that gave up its rights shows its folder as root's."""
    return int((_field(pid, "Uid") or ["-1"])[0])


def _field(pid: int, name: str) -> list[str]:
    """What the kernel says of a process under one name; nothing when it is not seen."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return []
    return next((line.split()[1:] for line in lines if line.startswith(f"{name}:")), [])


def _space() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


ACTIONS = {"census": census, "own": own, "knock": knock}
