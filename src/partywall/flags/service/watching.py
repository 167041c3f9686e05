"""Looks at the file of definitions again and again, and keeps the last good set in force."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import time
from pathlib import Path

from .definition import MOST, read
from .flagset import FlagSet
from .unusable import Unusable

EVERY = 0.2
"""Seconds between two looks."""
_LENGTH = 300
Seen = tuple[int, int, int]
"""What tells one file from another: inode, size, time of its last change in nanoseconds."""
_log = logging.getLogger("flags")


class Watching:
    """What is in force, since when, and what is wrong with what is there now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Seen | None = None
        self.flags = FlagSet({"flags": {}})
        self.since = ""
        self.trouble = ""

    async def keep_looking(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Take what is there in force, if it is another one and good."""
        try:
            if _told_apart(self._path.stat()) == self._seen:
                return
            # Beside the answers: a large one takes a moment.
            self._seen, data = await asyncio.to_thread(_content, self._path)
            flags = await asyncio.to_thread(read, data)
        except OSError as error:
            self._seen = None
            self._is_bad(f"cannot be read: {error.strerror or error}")
        except Unusable as error:
            self._is_bad(str(error))
        else:
            self.flags, self.since, self.trouble = flags, _now(), ""
            _log.info("%s: %d flags are in force", self._path.name, len(flags))

    def _is_bad(self, why: str) -> None:
        trouble = f"{self._path.name}: {' '.join(why.split())}"[:_LENGTH]
        if trouble != self.trouble:
            _log.error("%s; the last good flags stay in force", trouble)
        self.trouble = trouble


def _content(path: Path) -> tuple[Seen, bytes]:
    """A file's content, and which file that was."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError("not a file")
        data = file.read(MOST + 1)
    return _told_apart(facts), data


def _told_apart(facts: os.stat_result) -> Seen:
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
