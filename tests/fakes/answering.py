"""An agent that is no process: what it is asked is answered by a function of the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fakes.reach import Unasked
from partywall.interfaces import Agent, Completed, Stand
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef

Reply = Callable[[str, dict[str, Any]], dict[str, Any]]


class FakeReach(Unasked):
    """Answers asks by a function of the environment and the ask."""

    def __init__(self, reply: Reply, *, code: int = 0) -> None:
        self.reply = reply
        self.code = code
        self.calls: list[tuple[str, Agent, str]] = []

    def address(self, instance: str, port: int, near: str = "") -> tuple[str, int]:
        return instance, port

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        self.calls.append((stand.name, agent, text))
        if self.code:
            return Completed(code=self.code, out="", err="line\nno such file")
        asks = json.loads(text)["asks"]
        return Completed(
            code=0, out=json.dumps([self.reply(stand.name, ask) for ask in asks]), err=""
        )

    @property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """The environment and the ask, in the order in which they came."""
        return [(name, ask) for name, _, text in self.calls for ask in json.loads(text)["asks"]]


class FakeStore:
    """A value for every name, by environment."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        if ref.name == "GONE":
            raise MachineFailed("the value of GONE is not in the secret store")
        return Secret("one for both" if ref.name == "SAME" else f"{ref.name}-of-{environment}")
