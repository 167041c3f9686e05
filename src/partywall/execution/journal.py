"""Writes down what is about to be done, one line per event, on disk before it is done."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from partywall.execution.owner import myself
from partywall.model.errors import MachineFailed
from partywall.model.plan import Step
from partywall.system.files import failed, make_folder

VERSION = 1
KEPT_RUNS = 50
"""Journals that are kept, the running one included."""


def folder_of(home: Path) -> Path:
    """Where the journals of an installation are."""
    return home / "journal"


class FileJournal:
    """The journal of one run, in `<home>/journal/<run>.jsonl`; several threads may write it."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder_of(home)
        self._now = now
        self._handle = -1
        self._lock = threading.Lock()
        stamp = datetime.fromtimestamp(now(), UTC).strftime("%Y%m%dT%H%M%S.%f")
        self.run = f"{stamp}-{secrets.token_hex(3)}"
        """Name of the run; names sort by time."""
        self.path = self._folder / f"{self.run}.jsonl"

    def open(self, head: Mapping[str, Any]) -> None:
        """Begin the run; `head` holds `verb`, `scope`, `world` and, freely, `goal`.

        Raises:
            MachineFailed: when it cannot be written; nothing may be done then.
        """
        make_folder(self._folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        try:
            self._handle = os.open(self.path, flags, 0o600)
            _sync(self._folder)
        except OSError as error:
            raise failed(error, "write the journal", self.path) from error
        self._write("open", {"version": VERSION, "run": self.run, "owner": myself(), **head})
        _prune(self._folder)

    def begin(self, step: Step) -> None:
        """Returns when the line is safely on disk."""
        self._write("begin", {"key": step.key, "action": step.action, "why": step.why})

    def end(self, step: Step) -> None:
        """The step has been carried out and looked at."""
        self._write("end", {"key": step.key})

    def fail(self, step: Step, says: str) -> None:
        """The step did not work."""
        self._write("fail", {"key": step.key, "says": says})

    def close(self, outcome: str) -> None:
        """The run is over: `done`, `failed`, `interrupted` or `undone`."""
        self._write("close", {"outcome": outcome})
        with self._lock:
            os.close(self._handle)
            self._handle = -1

    def _write(self, event: str, fields: Mapping[str, Any]) -> None:
        line = msgspec.json.encode({"event": event, "at": self._now(), **fields}) + b"\n"
        with self._lock:
            self.put(line)

    def put(self, line: bytes) -> None:
        """Add one line and wait until it is on disk; tests stop the process around this.

        Raises:
            MachineFailed: when it does not fit; the journal then ends with the line before.
        """
        if self._handle < 0:
            raise MachineFailed("the journal is not open", remedy="run the same command again")
        end = os.fstat(self._handle).st_size
        try:
            _write_all(self._handle, line)
            os.fsync(self._handle)
        except OSError as error:
            with contextlib.suppress(OSError):  # half a line in the middle would be damage
                os.ftruncate(self._handle, end)
            raise failed(error, "write the journal", self.path) from error


def _write_all(handle: int, data: bytes) -> None:
    """A disk that is nearly full takes a part first."""
    while data:
        data = data[os.write(handle, data) :]


def _prune(folder: Path) -> None:
    """Old runs go; one that cannot be removed is no reason to stop."""
    for path in sorted(folder.glob("*.jsonl"))[:-KEPT_RUNS]:
        with contextlib.suppress(OSError):
            path.unlink()


def _sync(folder: Path) -> None:
    """A new file survives a power cut only when its folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
