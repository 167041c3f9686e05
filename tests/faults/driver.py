"""Runs the command line with a journal that kills, or hangs up on, its own process at one line.

`driver.py FUSE WORDS…`: the fuse is `<signal>:<line>`, where the line is its number, counted from
one, or `<event>:<kind of thing>` such as `end:volume`. The signal `POWER` kills everything that was
called from here first, as a power cut would. A begin is on disk when the process goes, an
end is not: there the act is not yet done, here it is done and nobody has written it down.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from pathlib import Path

from partywall.cli.main import main
from partywall.execution.journal import FileJournal
from partywall.workflows import change

SIGNAL, _, LINE = sys.argv[1].partition(":")
COUNT = itertools.count(1)


def kind(key: str) -> str:
    """`volume`, `job` … or `instance`."""
    return key.split("/")[1] if key.count("/") > 1 else "instance"


def children() -> list[int]:
    """Every process that this one has started and that is still there."""
    files = Path("/proc/self/task").glob("*/children")
    return [int(pid) for file in files for pid in file.read_text().split()]


class Burning(FileJournal):
    """The journal with its fuse."""

    def put(self, line: bytes) -> None:
        """Write the line, unless the process ends before."""
        event = json.loads(line)
        here = LINE in (str(next(COUNT)), f"{event['event']}:{kind(event.get('key', ''))}")
        late = event["event"] in ("open", "begin")
        if here and not late:
            self._burn()
        super().put(line)
        if here and late:
            self._burn()

    def _burn(self) -> None:
        if SIGNAL == "POWER":
            for child in children():
                os.kill(child, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL if SIGNAL == "POWER" else signal.Signals[SIGNAL])


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever the tests were started under
    change.FileJournal = Burning  # type: ignore[misc]
    sys.exit(main(sys.argv[2:]))
