"""Keeps the counts in a file: read at the start, written every two seconds and at the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from pathlib import Path

from .counts import Counts
from .document import Document, checked

NAME = "counts.json"
ASIDE = "counts.damaged.json"
EVERY = 2.0
"""Seconds between two writes."""
_log = logging.getLogger("flags")


class Keeping:
    """The file of one environment; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.counts = Counts(_read(folder) if folder else None)
        self.trouble = ""

    async def keep(self, ended: asyncio.Event) -> None:
        """Write what has changed, until the end and once more then."""
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), EVERY)
            if self._folder and self.counts.changed:
                text = json.dumps(self.counts.document()).encode()
                self._said(await asyncio.to_thread(_written, self._folder, text))

    def _said(self, trouble: str) -> None:
        """What could not be written is tried again, and said once."""
        if trouble and trouble != self.trouble:
            _log.error("%s", trouble)
        self.trouble = trouble
        self.counts.changed = self.counts.changed or bool(trouble)


def _read(folder: Path) -> Document | None:
    """What was counted before; what cannot be understood is moved aside."""
    path = folder / NAME
    try:
        return checked(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        _log.error("%s: %s; moved to %s, and counted anew", NAME, error, ASIDE)
    with contextlib.suppress(OSError):
        path.replace(folder / ASIDE)
    return None


def _written(folder: Path, text: bytes) -> str:
    """Replace the file: others see the former or the new one, whole. Returns what went wrong."""
    draft = folder / f".{NAME}"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        draft.replace(folder / NAME)
    except OSError as error:
        return f"{NAME} cannot be written: {error.strerror or error}"
    return ""
