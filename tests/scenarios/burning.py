"""An environment gone wild: every core, all the memory it can get, a thousand forks."""

from __future__ import annotations

import subprocess
from types import TracebackType

from scenarios.boxes import Boxes, docker

BURN = """
import os, sys, time

end = time.monotonic() + float(sys.argv[1])

def spin():
    while time.monotonic() < end:
        pass

def eat():
    held = []
    while time.monotonic() < end:
        held.append(bytearray(4 << 20))
        time.sleep(0.01)

def wait():
    time.sleep(max(0, end - time.monotonic()))

made = {spin: 0, eat: 0, wait: 0}
for work, times in ((spin, 2 * os.cpu_count()), (eat, 1), (wait, 1000)):
    for _ in range(times):
        try:
            child = os.fork()
        except OSError:
            break
        if child == 0:
            work()
            os._exit(0)
        made[work] += 1
print(made[spin], made[eat], made[wait], flush=True)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
"""


class Burning:
    """Development's page burns while this is entered, and has ended after it."""

    def __init__(self, one: Boxes, seconds: float) -> None:
        self._one = one
        self._seconds = seconds
        self._burns: subprocess.Popen[str] | None = None
        self.said = ""
        """How many spin, eat and wait."""

    def __enter__(self) -> Burning:
        (container,) = docker(
            *("ps", "-q", "--filter", self._one.mark),
            *("--filter", "label=io.partywall.key=dev/web"),
        )
        self._burns = subprocess.Popen(
            ["docker", "exec", container, "python", "-c", BURN, str(self._seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        assert self._burns is not None
        self.said, _none = self._burns.communicate(timeout=self._seconds + 60)
