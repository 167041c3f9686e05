"""Agents in throwaway containers that share a container's networks, processes and volumes."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import IO
from uuid import uuid4

from partywall.engines.docker.stands import Position
from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed

LABEL = "io.partywall.agent"
"""Marks the containers of agents, and their image."""
_LIMITS = ("--memory", "256m", "--pids-limit", "64", "--security-opt", "no-new-privileges")
_PATIENCE = 2.0
"""Seconds that an agent has to end once its input has ended."""


def arguments(
    position: Position,
    *,
    name: str,
    image: str,
    labels: Mapping[str, str],
    words: Sequence[str],
) -> list[str]:
    """The end of the command line that runs an agent in a container's position.

    Its input is the command line's own: it ends with whoever started it, and then removes itself.

    Args:
        position: whose networks, processes, volumes and rights it gets.
        name: of its container.
        image: with an interpreter for it.
        labels: of its container.
        words: what is run.
    """
    like = position.container
    joined = (
        "--network",
        f"container:{like}",
        "--pid",
        f"container:{like}",
        "--volumes-from",
        like,
    )
    return [
        *("run", "--rm", "--interactive", "--name", name, "--log-driver", "none"),
        *(word for key, value in labels.items() for word in ("--label", f"{key}={value}")),
        *(position.own or (*joined, *_LIMITS)),
        *("--read-only", *position.rights.words()),
        *(image, *words),
    ]


class Conversation:
    """One agent that runs: several threads may ask it at once."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it; that it cannot be started is what the first answer says.

        Raises:
            MachineFailed: when there is no Docker command line.
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
                start_new_session=True,  # Ctrl-C lets what is running end
            )
        except OSError as error:
            raise MachineFailed(f"{command[0]} cannot be started: {error.strerror}") from error
        self._errors: list[str] = []
        self._readers = [
            threading.Thread(target=reads, daemon=True) for reads in (self._listen, self._complain)
        ]
        for reader in self._readers:
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


class Agents:
    """The agents of one proof: each is started when it is first asked."""

    def __init__(self, start: Callable[[Position, str], Conversation]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._running: dict[str, Conversation] = {}

    def start(self, position: Position) -> Conversation:
        """The one in this position, which may still be starting.

        Raises:
            MachineFailed: when there is no Docker command line.
        """
        with self._lock:
            if position.container not in self._running:
                name = f"partywall-agent-{uuid4().hex[:12]}"
                self._running[position.container] = self._start(position, name)
            return self._running[position.container]

    def ask(self, position: Position, text: str, seconds: float) -> Completed:
        """What the one in this position answers; raises as a conversation does."""
        return self.start(position).ask(text, seconds)

    def close(self) -> None:
        """End all of them, at once."""
        with self._lock:
            ending, self._running = list(self._running.values()), {}
        threads = [threading.Thread(target=one.close) for one in ending]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # noqa: S101  (all three were asked for)
    return pipe
