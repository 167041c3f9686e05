"""What is written about a program while it runs: process, restarts, health and failure files."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from . import durable, processes
from .processes import Process
from .program import Program

# Of all files in a run folder; a supervisor that writes another one is replaced, programs stay.
FORMAT = 1


class Record(NamedTuple):
    """The latest start of a program; times are seconds since 1970.

    `ended` is set once it is over for good: a job's end, or an end its restart rule accepts.
    `exit` is the status as a shell tells it: 128 + signal when killed, None when nobody saw it.
    """

    process: Process
    started: float
    launched: Mapping[str, Any]
    labels: Mapping[str, str]
    ended: float | None = None
    exit: int | None = None


class Restarts(NamedTuple):
    """How often a program was started again, and how it last ended."""

    restarts: int = 0
    last_exit: int | None = None
    last_end: float | None = None


class Verdict(NamedTuple):
    """A program's health; `healthy` is None while it may still be starting."""

    healthy: bool | None = None
    since: float = 0.0
    fails: int = 0
    last: str = ""


def begin(folder: Path, program: Program) -> None:
    """Record this process as the program's, before it becomes the program."""
    process = processes.identify(os.getpid())
    if process is None:
        raise OSError("a process could not find itself in /proc")
    write(folder, Record(process, time.time(), program.launched(), program.labels))


def write(folder: Path, record: Record) -> None:
    """Write process.json; the end of a program survives a power cut."""
    value = {**record._asdict(), "process": record.process._asdict()}
    durable.write_json(folder / "process.json", value, sync=record.ended is not None)


def read(folder: Path) -> Record | None:
    """The record in process.json, or None when there is none."""
    value = durable.read_json(folder / "process.json")
    try:
        return Record(**{**value, "process": Process(**value["process"])}) if value else None
    except (TypeError, KeyError):
        return None


def open_failure(folder: Path) -> int:
    """Open the file for the sentence that says why a start failed, emptied.

    It is opened while the folder is still reachable and written to once it may not be.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    return os.open(folder / "failed", flags, 0o600)


def write_failure(folder: Path, sentence: str) -> None:
    """Say why the latest start failed or a job was lost."""
    opened = open_failure(folder)
    os.write(opened, sentence.encode())
    os.close(opened)


def read_failure(folder: Path) -> str:
    """Why the latest start failed; empty when it did not."""
    try:
        return (folder / "failed").read_text(errors="replace")
    except OSError:
        return ""


def erase(folder: Path, *names: str) -> None:
    """Remove files of a program's folder that no longer hold."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def write_restarts(folder: Path, restarts: Restarts) -> None:
    """Write restarts.json."""
    durable.write_json(folder / "restarts.json", restarts._asdict())


def read_restarts(folder: Path) -> Restarts:
    """The counts in restarts.json; zero when there is none."""
    value = durable.read_json(folder / "restarts.json")
    try:
        return Restarts(**value) if value else Restarts()
    except TypeError:
        return Restarts()


def write_verdict(folder: Path, verdict: Verdict) -> None:
    """Write health.json."""
    durable.write_json(folder / "health.json", verdict._asdict())


def read_verdict(folder: Path) -> Verdict:
    """The verdict in health.json; unknown when there is none."""
    value = durable.read_json(folder / "health.json")
    try:
        return Verdict(**value) if value else Verdict()
    except TypeError:
        return Verdict()
