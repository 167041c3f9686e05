"""A bench: an engine with a small world for it and ways to disturb it behind its back."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fakes.engine import FakeEngine
from fakes.worlds import two
from partywall.interfaces import Engine
from partywall.model.world import Key, World


class Bench(ABC):
    """What the conformance suite needs of an engine; one subclass per engine."""

    web: Key = "dev/web"
    """A service that others do not need."""
    data: Key = "dev/volume/data"
    """A thing whose content must outlive restarts and `down`."""
    blinds: bool = True
    """Whether a part of what there is can be hidden from the engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def engine(self) -> Engine:
        """A fresh engine on the same ground, as another process would have it."""

    @abstractmethod
    def world(self) -> World:
        """Environments `prod` and `dev` with what they share, as this engine can make them."""

    @abstractmethod
    def changed(self) -> World:
        """The same world with another description of `web` and nothing else."""

    @abstractmethod
    def stop(self, key: Key) -> None:
        """Make a service stand still without the engine's knowledge."""

    @abstractmethod
    def lose(self, key: Key) -> None:
        """Make a thing vanish without the engine's knowledge."""

    @abstractmethod
    def blinded(self, name: str) -> contextlib.AbstractContextManager[None]:
        """While inside, a key or `environment/` cannot be observed."""

    @abstractmethod
    def remember(self, text: str) -> None:
        """Put a text into `data`."""

    @abstractmethod
    def recall(self) -> str | None:
        """The text in `data`, or None."""

    @abstractmethod
    def traces(self, key: Key) -> object:
        """What changes when a thing is touched: a process id, a count of starts."""

    @abstractmethod
    def close(self) -> None:
        """Leave nothing running."""


class FakeBench(Bench):
    """The engine on files."""

    def engine(self) -> FakeEngine:
        return FakeEngine(self.folder)

    def world(self) -> World:
        return two()

    def changed(self) -> World:
        return two("app:2")

    def stop(self, key: Key) -> None:
        ground = self.engine().ground
        stored = ground.get(key)
        down = msgspec.structs.replace(stored.entry, running=False)
        ground.put(msgspec.structs.replace(stored, entry=down))

    def lose(self, key: Key) -> None:
        self.engine().ground.drop(key)

    @contextlib.contextmanager
    def blinded(self, name: str) -> Iterator[None]:
        with self.engine().blind(name):
            yield

    def remember(self, text: str) -> None:
        ground = self.engine().ground
        ground.put(msgspec.structs.replace(ground.get(self.data), data={"text": text}))

    def recall(self) -> str | None:
        stored = self.engine().ground.get(self.data)
        return stored.data.get("text") if stored else None

    def traces(self, key: Key) -> object:
        stored = self.engine().ground.get(key)
        return stored.starts if stored else None

    def close(self) -> None:
        assert self.engine().ground.blind() == {}
