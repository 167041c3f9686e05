"""A program that answers numbered lines, in any order, for as long as it is asked."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import IO

from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed

_PATIENCE = 2.0
"""Seconds that it has to end once its input has ended."""


class Conversation:
    """One program that runs: several threads may ask it at once."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start it; how it ends before its time is what the next answer says.

        Args:
            command: the argument list.
            env: all its variables; None: our own.

        Raises:
            MachineFailed: when there is no such program.
        """
        self._lock = threading.Lock()
        self._asked: dict[int, Future[Completed]] = {}
        self._number = 0
        self._ended = False
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=env,
                start_new_session=True,  # Ctrl-C lets what is running end
            )
        except OSError as error:
            raise MachineFailed(f"{command[0]} cannot be started: {error.strerror}") from error
        self._errors: list[str] = []
        self._readers = [
            threading.Thread(target=reads, daemon=True) for reads in (self._listen, self._complain)
        ]
        for reader in reversed(self._readers):  # the first one waits for the other
            reader.start()

    def ask(self, text: str, seconds: float) -> Completed:
        """What it answers.

        Raises:
            MachineFailed: when it does not in time.
        """
        number, answer = self._send(text)
        try:
            return answer.result(seconds)
        except TimeoutError:
            raise MachineFailed(f"no answer within {seconds:.0f} s", remedy="try again") from None
        finally:
            with self._lock:
                self._asked.pop(number, None)

    def close(self) -> None:
        """End it; it has nothing to do any more."""
        with contextlib.suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(_PATIENCE)
        for pipe in (self._process.stdout, self._process.stderr):
            _pipe(pipe).close()

    def _send(self, text: str) -> tuple[int, Future[Completed]]:
        answer: Future[Completed] = Future()
        with self._lock:
            self._number += 1
            self._asked[self._number] = answer
            if self._ended:
                answer.set_result(self._last_words())
                return self._number, answer
            with contextlib.suppress(OSError):  # the listener says how it ended
                pipe = _pipe(self._process.stdin)
                pipe.write(f"{self._number} {text}\n")
                pipe.flush()
            return self._number, answer

    def _listen(self) -> None:
        for line in _pipe(self._process.stdout):
            number, _, said = line.partition(" ")
            with self._lock:
                answer = self._asked.pop(int(number), None) if number.isdigit() else None
            if answer is not None:
                answer.set_result(Completed(code=0, out=said, err=""))
        self._process.wait()
        self._readers[1].join(_PATIENCE)
        with self._lock:
            self._ended = True
            for answer in self._asked.values():
                answer.set_result(self._last_words())
            self._asked.clear()

    def _complain(self) -> None:
        self._errors.extend(_pipe(self._process.stderr))

    def _last_words(self) -> Completed:
        code = self._process.returncode
        return Completed(code=code or 1, out="", err="".join(self._errors))


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101  (all three were asked for)
    return pipe
