"""The table of what is mounted when the machine starts: lines with our mark, and no others."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Sequence
from pathlib import Path

from partywall.system.files import read_bytes, write_atomically

FSTAB = Path("/etc/fstab")
_OPTION = "x-partywall.pool="
"""An option that begins with `x-` is for programs; the kernel never sees it: mount(8)."""
_ESCAPED = {" ": "\\040", "\t": "\\011", "\n": "\\012", "\\": "\\134", "#": "\\043"}
_CUSTOMARY = 0o644


def line(source: str, folder: Path, kind: str, options: Sequence[str], mark: str) -> str:
    """One line without its end, as fstab(5) has it; pure.

    Args:
        source: a path, or `UUID=…`.
        folder: where it is mounted.
        kind: of file system.
        options: of the mount.
        mark: whose line it is; letters and digits.
    """
    said = ",".join((*options, f"{_OPTION}{mark}"))
    return f"{_escaped(source)} {_escaped(str(folder))} {kind} {said} 0 0"


def with_line(text: str, mark: str, new: str) -> str:
    """The table with this line as the only one of its mark; all others as they are; pure."""
    if ours(text, mark) == [new]:
        return text
    others = without(text, mark)
    end = "" if not others or others.endswith("\n") else "\n"
    return f"{others}{end}{_comment(mark)} it goes with `partywall pool remove`\n{new}\n"


def without(text: str, mark: str) -> str:
    """The table without the lines of a mark; all others as they are; pure."""
    kept = [
        one
        for one in text.splitlines(keepends=True)
        if not one.startswith(_comment(mark)) and not _has(one, mark)
    ]
    return "".join(kept)


def ours(text: str, mark: str) -> list[str]:
    """The lines of a mark, without their ends; pure."""
    return [one for one in text.splitlines() if _has(one, mark)]


def read(path: Path) -> str:
    """The table; empty when there is none.

    Raises:
        MachineFailed: when it cannot be read.
    """
    return (read_bytes(path) or b"").decode(errors="surrogateescape")


def write(path: Path, text: str) -> bool:
    """Have this text in the table; whether that changed it.

    Raises:
        MachineFailed: when it cannot be written; it is as it was then.
    """
    if read(path) == text:
        return False
    mode = _CUSTOMARY
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
    write_atomically(path.resolve(), text.encode(errors="surrogateescape"), mode)
    return True


def _comment(mark: str) -> str:
    return f"# partywall pool {mark}:"


def _has(one: str, mark: str) -> bool:
    fields = one.split()
    named = len(fields) > 3 and not fields[0].startswith("#")
    return named and f"{_OPTION}{mark}" in fields[3].split(",")


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in text)
