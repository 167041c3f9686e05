"""Programs of the machine, run to their end; their last words are the error."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from partywall.model.errors import MachineFailed

_SECONDS = 600.0
_ALSO = ("/usr/sbin", "/sbin", "/usr/bin", "/bin")
"""Where programs of root are; many a user's PATH lacks them."""
_PACKAGES = {"mkfs.xfs": "xfsprogs", "xfs_growfs": "xfsprogs", "mount": "mount", "umount": "mount"}
"""What Debian and its kin call the package; `util-linux` has the rest."""
_LAST = 4


def run(words: Sequence[str], doing: str) -> str:
    """What a program prints.

    Args:
        words: its argument list.
        doing: what it does, for the error: `mount the pool`.

    Raises:
        MachineFailed: when it is not here, does not end or fails; with its last words.
    """
    need(words[0])
    try:
        done = subprocess.run(
            list(words),
            env={"PATH": _path(), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineFailed(f"cannot {doing}: {error}", remedy="run the same command again") from (
            error
        )
    if done.returncode:
        raise _failure(words, doing, done.stderr or done.stdout)
    return done.stdout


def need(*names: str) -> None:
    """See that programs are here.

    Raises:
        MachineFailed: for the first that is not, with what to install.
    """
    for name in names:
        if shutil.which(name, path=_path()) is None:
            package = _PACKAGES.get(name, "util-linux")
            raise MachineFailed(
                f"{name} is not on this machine", remedy=f"`apt-get install {package}`, as root"
            )


def _path() -> str:
    return os.pathsep.join((os.environ.get("PATH", os.defpath), *_ALSO))


def _failure(words: Sequence[str], doing: str, said: str) -> MachineFailed:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return MachineFailed(
        f"cannot {doing}: {words[0]} failed",
        detail=lines[-_LAST:] or ["it gave no reason"],
        remedy="see to it, then run the same command again",
    )
