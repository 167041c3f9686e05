"""Reads, writes and lists folders, and takes back what it wrote."""

from __future__ import annotations

import contextlib
import os
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


def scratch(ask: Ask) -> Answer:
    """Make, read and delete a file in a folder."""
    path = Path(ask["folder"], ask["name"])
    try:
        _create(path, "scratch")
        try:
            text = path.read_text()
        finally:
            path.unlink()
    except OSError as error:
        return _said(error)
    return answer(DONE if text == "scratch" else FAILED, "made, read and deleted a scratch file")


def plant(ask: Ask) -> Answer:
    """Leave a file for others to try to read; `uproot` takes it away again."""
    path = Path(ask["folder"], ask["name"])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create(path, ask["text"])
    except OSError as error:
        return _said(error)
    return answer(DONE, "planted a scratch file")


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


def list_folder(ask: Ask) -> Answer:
    """List a folder; names are counted, not said."""
    try:
        count = len(os.listdir(ask["folder"]))  # noqa: PTH208  (a count, not paths)
    except OSError as error:
        return _said(error)
    return answer(DONE, f"listed {count} entries")


def read(ask: Ask) -> Answer:
    """Open a file and read one byte of it."""
    try:
        with Path(ask["path"]).open("rb") as file:
            file.read(1)
    except OSError as error:
        return _said(error)
    return answer(DONE, "opened and read it")


def _create(path: Path, text: str) -> None:
    """Only ever a new file: an existing one is somebody's data."""
    with path.open("x") as file:
        file.write(text)


def _said(error: OSError) -> Answer:
    if isinstance(error, FileNotFoundError):
        return answer(REFUSED, "not visible from inside")
    if isinstance(error, PermissionError):
        return answer(DENIED, error.strerror)
    return {**of_error(error), "outcome": FAILED}


ACTIONS = {
    "scratch": scratch,
    "plant": plant,
    "uproot": uproot,
    "list": list_folder,
    "read": read,
}
