"""Reads, writes and lists folders, and takes back what it wrote."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from partywall.proof.inside.answer import (
    DENIED,
    DONE,
    FAILED,
    REFUSED,
    Answer,
    Ask,
    answer,
    of_error,
)

_REMOTE = ("nfs", "cifs", "autofs", "proc ", "sysfs", "cgroup", "devpts")
"""Kinds of file systems that hold no folder of this machine, or may not answer."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def scratch(ask: Ask) -> Answer:
    """Make, read and delete a file in a folder, by every way that leads there."""
    return _any(ask["folder"], ask, lambda folder: _scratch(folder / ask["name"]))


def _scratch(path: Path) -> Answer:
    _create(path, "scratch")
    try:
        text = path.read_text()
    finally:
        path.unlink()
    return answer(DONE if text == "scratch" else FAILED, "made, read and deleted a scratch file")


def plant(ask: Ask) -> Answer:
    """Leave a file for others to try to read; `uproot` takes it away again."""
    path = Path(ask["folder"], ask["name"])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, ask["text"])
    except OSError as error:
        return _said(error)
    return answer(DONE, "planted a scratch file", mark=_mark(path))


def uproot(ask: Ask) -> Answer:
    """Take a planted file away, and the folders that held nothing else."""
    folder = Path(ask["folder"])
    path = folder / ask["name"]
    try:
        path.unlink(missing_ok=True)
        for parent in path.parents:
            if parent == folder:
                break
            # Other files may have come to live there.
            with contextlib.suppress(OSError):
                parent.rmdir()
    except OSError as error:
        return _said(error)
    return answer(DONE, "took the scratch file away")


def mark(ask: Ask) -> Answer:
    """What tells a folder from every other, by whatever name it is reached."""
    try:
        return answer(DONE, "looked at it", mark=_mark(Path(ask["folder"])))
    except OSError as error:
        return _said(error)


def list_folder(ask: Ask) -> Answer:
    """List a folder, by every way that leads there; names are counted, not said."""

    def look(folder: Path) -> Answer:
        return answer(DONE, f"listed {len(os.listdir(folder))} entries")  # noqa: PTH208  (a count)

    return _any(ask["folder"], ask, look)


def read(ask: Ask) -> Answer:
    """Open a file, by every way that leads there, and read one byte of it."""

    def look(path: Path) -> Answer:
        with path.open("rb") as file:
            file.read(1)
        return answer(DONE, "opened and read it")

    return _any(ask["path"], ask, look)


def links(ask: Ask) -> Answer:
    """Lead links of both kinds from an own folder to a file, and read it through them."""
    answers = []
    link = Path(ask["folder"], ask["name"])
    for target in ask["targets"]:
        for lead in (link.symlink_to, link.hardlink_to):
            try:
                lead(target)
                with link.open("rb") as file:
                    file.read(1)
                return answer(DONE, f"read it through a link to {target}")
            except OSError as error:
                answers.append(_said(error))
            finally:
                link.unlink(missing_ok=True)
    return next((one for one in answers if one["outcome"] != REFUSED), answers[0])


def lead(ask: Ask) -> Answer:
    """Leave a symbolic link in a folder, for who serves it; `uproot` takes it away again."""
    path = Path(ask["folder"], ask["name"])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(ask["target"])
    except OSError as error:
        return _said(error)
    return answer(DONE, "left a link")


def _any(named: str, ask: Ask, attempt: Callable[[Path], Answer]) -> Answer:
    """The first success; else what came of the path as it is named, unless another says more."""
    answers = []
    for number, way in enumerate([Path(named), *_ways(named, ask.get("mark"))]):
        try:
            got = attempt(way)
        except OSError as error:
            got = _said(error)
        if got["outcome"] == DONE:
            return got if number == 0 else answer(DONE, f"{got['says']} as {way}")
        answers.append(got)
    return next((one for one in answers if one["outcome"] != REFUSED), answers[0])


def _ways(named: str, mark: list[int] | None) -> Iterator[Path]:
    """Where the same file or folder is to be found below the points where something is mounted.

    A mount shows a folder that has another path elsewhere: any ending of that path may be below it.
    """
    if not mark:
        return
    parts = Path(named).parts[1:]
    for point in _mounts():
        for start in range(len(parts), -1, -1):
            way = Path(point, *parts[start:])
            with contextlib.suppress(OSError):
                if str(way) != named and _mark(way) == mark:
                    yield way
                    break


def _mounts() -> list[str]:
    """The points where local file systems are mounted (proc(5), `mountinfo`, field 5)."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if not after.startswith(_REMOTE):
            point = before.split()[4]
            found.append(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), point))
    return found


def _mark(path: Path) -> list[int]:
    known = path.stat()
    return [known.st_dev, known.st_ino]


def _create(path: Path, text: str) -> None:
    """Only ever a new file: an existing one is somebody's data."""
    with path.open("x") as file:
        file.write(text)


def _said(error: OSError) -> Answer:
    if isinstance(error, FileNotFoundError):
        return answer(REFUSED, "not visible from inside")
    if isinstance(error, PermissionError):
        return answer(DENIED, error.strerror)
    if error.errno == errno.EXDEV:
        return answer(REFUSED, "no link leads out of it")
    return {**of_error(error), "outcome": FAILED}


ACTIONS = {
    "mark": mark,
    "scratch": scratch,
    "plant": plant,
    "uproot": uproot,
    "list": list_folder,
    "read": read,
    "links": links,
    "lead": lead,
}
