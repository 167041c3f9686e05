"""Takes memory and processors without end, until somebody stops it or enough has been shown.

What takes memory offers itself first to the kernel's killer (`oom_score_adj`, proc(5)), so that
nobody else on the same bound is chosen; it ends by itself soon after the bound.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from partywall.proof.inside.answer import DONE, FAILED, REFUSED, Answer, Ask, answer

_MIB = 1 << 20
_REFUSED = 3
_EATS = """
import os, sys
with open("/proc/self/oom_score_adj", "w") as file:
    file.write("1000")
chunk, most, held = int(sys.argv[1]), int(sys.argv[2]), []
try:
    while len(held) * chunk < most:
        held.append(b"x" * chunk)
        os.write(1, b".")
except MemoryError:
    sys.exit(3)
"""
_SPINS = """
import os, sys, time
begin, end = float(sys.argv[1]), float(sys.argv[2])
try:
    os.sched_setaffinity(0, range(int(sys.argv[3])))
except OSError:
    pass
time.sleep(max(0, begin - time.monotonic()))
before = time.process_time()
while time.monotonic() < end:
    pass
print('{"used": %f, "cores": %s}' % (time.process_time() - before, sorted(os.sched_getaffinity(0))))
"""
_START = 0.3
"""Seconds in which all that spin have started."""


def allocate(ask: Ask) -> Answer:
    """Touch memory in a child, chunk by chunk, up to `most` bytes.

    It is done when nothing stopped it, refused when it was killed or got no more.
    """
    chunk, most = int(ask["chunk"]), int(ask["most"])
    free = _available()
    if free < 2 * most:
        return answer(FAILED, f"only {free // _MIB} MiB of the machine are free: not taken for it")
    command = [sys.executable, "-S", "-c", _EATS, str(chunk), str(most)]
    with _child(command) as child:
        out, errors = child.communicate()
    taken = len(out) * chunk
    figures = {"bytes": taken, "killed": child.returncode == -signal.SIGKILL}
    if child.returncode == 0:
        return answer(DONE, f"took {taken // _MIB} MiB, and nothing stopped it", **figures)
    if figures["killed"]:
        return answer(REFUSED, f"killed after {taken // _MIB} MiB", **figures)
    if child.returncode == _REFUSED:
        return answer(REFUSED, f"given no more than {taken // _MIB} MiB", **figures)
    return answer(FAILED, (errors.decode(errors="replace").strip() or "it ended").splitlines()[-1])


def spin(ask: Ask) -> Answer:
    """Use processors in `processes` children at once, on any core that the kernel lets them have.

    `used` is their time per time, `cores` where they may run, having asked for all there are.
    """
    begin = time.monotonic() + _START
    end = begin + float(ask["seconds"])
    words = [str(begin), str(end), str(os.cpu_count() or 1)]
    with contextlib.ExitStack() as all_of_them:
        children = [
            all_of_them.enter_context(_child([sys.executable, "-S", "-c", _SPINS, *words]))
            for _ in range(int(ask["processes"]))
        ]
        outs = [child.communicate()[0] for child in children]
    said = [json.loads(out) for out in outs if out]
    if len(said) < len(children):
        return answer(FAILED, f"{len(children) - len(said)} of {len(children)} did not end well")
    used = sum(one["used"] for one in said) / (end - begin)
    cores = sorted({core for one in said for core in one["cores"]})
    says = f"{len(said)} programs at once used {used:.2f} cores"
    return answer(DONE, says, used=used, cores=cores)


@contextlib.contextmanager
def _child(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child that does not outlive the attempt."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=pipe, stderr=pipe) as child:
        try:
            yield child
        finally:
            child.kill()


def _available() -> int:
    """Bytes that programs can still get without anybody giving up something (proc(5))."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    line = next(line for line in lines if line.startswith("MemAvailable:"))
    return int(line.split()[1]) * 1024


ACTIONS = {"allocate": allocate, "spin": spin}
