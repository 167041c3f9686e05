"""Verbs of ours in another folder, each a program of its own and bounded in time."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from partywall.system.decoding import decode
from partywall.workflows import commons
from partywall.workflows.matrix.errors import NotMeasured

_ERROR = "error: "
_PATIENCE = 120.0
"""Seconds in which a verb that was asked to stop ends the step under way."""
_PAUSE = 0.1
_LONGEST = 400
"""Letters of a reason; `partywall logs` and the like show more."""


class Calls(msgspec.Struct, frozen=True):
    """Calls the command line for one project."""

    folder: Path
    commons: Path
    cwd: Path
    """A folder without modules of Python: they would be taken for ours."""

    def call(self, *words: str, seconds: float, codes: tuple[int, ...] = (0,)) -> str:
        """One verb; gives what it wrote on standard output.

        Args:
            words: the verb, and what it is told.
            seconds: after which it is asked to stop.
            codes: how it may end.

        Raises:
            NotMeasured: when it ends otherwise, with its own words, or not in time.
        """
        program = subprocess.Popen(
            [*self._start(), *words],
            cwd=self.cwd,
            env={**os.environ, commons.VARIABLE: str(self.commons), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        try:
            out, err = program.communicate(timeout=seconds)
        except BaseException as error:
            _stop(program)
            if isinstance(error, subprocess.TimeoutExpired):
                said = f"`{_verb(words)}` has not ended after {seconds:.0f} s"
                raise NotMeasured(said) from error
            raise
        if program.returncode not in codes:
            raise NotMeasured(f"`{_verb(words)}`: {reason(err) or f'exit {program.returncode}'}")
        return out

    def document(self, *words: str, seconds: float, codes: tuple[int, ...] = (0,)) -> Any:  # noqa: ANN401
        """What a verb says as JSON; raises as `call` does."""
        text = self.call(*words, "--json", seconds=seconds, codes=codes)
        try:
            return decode(text.encode())
        except msgspec.DecodeError as error:
            raise NotMeasured(f"`{_verb(words)}` said no document") from error

    def end_others(self) -> None:
        """Have verbs stop that somebody called for this folder and that outlived him."""
        asked: set[int] = set()
        deadline = time.monotonic() + _PATIENCE
        while (left := set(self._others())) and time.monotonic() < deadline:
            for pid in left - asked:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
            asked |= left
            time.sleep(_PAUSE)

    def _others(self) -> Iterator[int]:
        """The folder has a random name: whoever is told it as we tell it was called by us."""
        words = "\0".join(self._start()[1:]).encode() + b"\0"
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if words in (process / "cmdline").read_bytes():
                    yield int(process.name)

    def _start(self) -> list[str]:
        return [sys.executable, "-m", "partywall", "-C", str(self.folder)]


def reason(err: str) -> str:
    """The first error that a verb wrote, in one line, and what of it failed first; pure.

    What else failed, what was done and what was not is left out.
    """
    lines = iter(err.splitlines())
    said = next((line for line in lines if line.startswith(_ERROR)), "")
    more = [line.strip() for line in itertools.takewhile(lambda one: one[:7].isspace(), lines)]
    failed = next((one for one in more if one.startswith("failed: ")), "")
    whole = [said.removeprefix(_ERROR), failed] if failed else [said.removeprefix(_ERROR), *more]
    text = " ".join(filter(None, whole))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _verb(words: tuple[str, ...]) -> str:
    return " ".join(["partywall", *words[:1]])


def _stop(program: subprocess.Popen[str]) -> None:
    """Ask once, as Ctrl-C does; then there is no more asking."""
    program.send_signal(signal.SIGINT)
    try:
        program.communicate(timeout=_PATIENCE)
    except BaseException as error:
        program.kill()
        program.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
