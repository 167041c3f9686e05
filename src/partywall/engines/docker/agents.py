"""Agents in throwaway containers that share a container's networks, processes and volumes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

from partywall.engines.docker.stands import Position
from partywall.interfaces import Completed
from partywall.system.conversation import Conversation

LABEL = "io.partywall.agent"
"""Marks the containers of agents, and their image."""
_LIMITS = ("--memory", "256m", "--pids-limit", "64", "--security-opt", "no-new-privileges")


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
