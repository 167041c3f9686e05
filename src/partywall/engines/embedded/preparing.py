"""Makes what a server needs before its first start: whole, or as if nothing had been tried."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from partywall.engines.embedded import inside
from partywall.engines.embedded.folders import make_own, remove
from partywall.engines.embedded.servers.setup import Preparation
from partywall.engines.embedded.supervise import ending, processes
from partywall.engines.embedded.supervise.program import Program
from partywall.model.errors import MachineFailed, Place
from partywall.system.files import failed

_SECONDS = 120.0
_END_SECONDS = 10.0
_LOOK_EVERY = 0.02


def prepare(home: Path, program: Program, first: Preparation, text: str) -> None:
    """Run the preparation in its draft folder and put that in place when it is complete.

    What a killed run left is ended and removed first: half a database has the signs of a whole
    one.

    Args:
        home: the installation's home.
        program: whose account and view count; its other fields do not.
        first: what to do.
        text: its standard input, with secrets.

    Raises:
        MachineFailed: when it fails; the place is then as it was.
    """
    _end_former(program)
    remove(first.draft)
    make_own(first.draft, program.account, home)
    done = inside.run(
        home / "inside", program._replace(environment={}, folder="/"), first.command,
        give={}, text=text, seconds=_SECONDS,
    )  # fmt: skip
    if done.code:
        last = (done.err.strip() or done.out.strip()).splitlines()[-3:]
        raise MachineFailed(
            f"{program.key} could not be prepared: {' '.join(last)}",
            where=Place(str(first.folder)),
            remedy="look at the folder: it must be empty, and on a disk with room",
        )
    try:
        first.draft.rename(first.folder)
    except OSError as error:
        raise failed(error, "put the new data in place", first.folder) from error


def _end_former(program: Program) -> None:
    """Kill what still works for a run that was killed."""
    deadline = time.monotonic() + _END_SECONDS
    while found := processes.find_mark(f"{program.mark}#inside"):
        if time.monotonic() > deadline:
            raise MachineFailed(
                f"an earlier preparation of {program.key} cannot be ended",
                remedy=f"end process {found[0].pid}, then run the same command again",
            )
        ending.send_all(
            {member for one in found for member in processes.family(one)}, signal.SIGKILL
        )
        time.sleep(_LOOK_EVERY)
