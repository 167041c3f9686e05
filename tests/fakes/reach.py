"""A reach of which a test says what it expects to be asked, and nothing else may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from partywall.interfaces import Agent, Completed, Contact, Mounted, Reach, Stand, Told


class Unasked(Reach):
    """One position in each environment; everything else fails the test."""

    def address(self, instance: str, port: int, near: str = "") -> tuple[str, int]:
        raise AssertionError(f"nobody asks for the address of {instance}")

    def stands(self, environment: str) -> Sequence[Stand]:
        return (Stand(name=environment),)

    def contacts(self, environment: str) -> Sequence[Contact] | None:
        return None

    def mounts(self, environment: str) -> Sequence[Mounted] | None:
        return None

    def told(self, environment: str) -> Sequence[Told] | None:
        return None

    def prepare(self, environments: Sequence[str], agent: Agent) -> None:
        raise AssertionError("a proof is prepared before it begins")

    def leave(self) -> None:
        raise AssertionError("a proof leaves nothing to be left")

    def run_inside(self, *_: Any, **__: Any) -> Completed:
        raise AssertionError("nothing is run inside an environment")

    def run_beside(self, *_: Any, **__: Any) -> Completed:
        raise AssertionError("nothing is run beside a service")

    def enter(self, *_: Any) -> int:
        raise AssertionError("nobody enters")
