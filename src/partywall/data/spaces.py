"""What is the same for every kind of part that an environment has of a shared server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from partywall.interfaces import Links, Reach, Records, SecretStore
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import (
    SHARED,
    AnyThing,
    Entry,
    Key,
    KeySpace,
    Space,
    TopicSpace,
    environment_of,
)

S = TypeVar("S", KeySpace, TopicSpace)


class Ground:
    """What all performers of such parts stand on."""

    def __init__(
        self,
        reach: Reach,
        links: Links,
        secrets: SecretStore,
        records: Records,
        running: Callable[[Key], bool],
        passing: Callable[[str], bool] = lambda _environment: False,
    ) -> None:
        """`passing` tells environments of which nothing is set aside when they are removed."""
        self.reach = reach
        self.links = links
        self.secrets = secrets
        self.records = records
        self.running = running
        self.passing = passing

    def password(self, space: Space) -> Secret:
        """What the environment logs in with."""
        assert space.password is not None  # noqa: S101  (a part of a shared server has one)
        return self.secrets.value(environment_of(space.key), space.password)

    def admin(self, ref: SecretRef | None) -> Secret:
        """What the administrator logs in with."""
        assert ref is not None  # noqa: S101  (a shared server has one)
        return self.secrets.value(SHARED, ref)


class SpacePerformer(ABC, Generic[S]):
    """Performs steps on one kind of part; those below say how a user is let in and out."""

    kind: type[AnyThing]

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def create(self, entry: Entry) -> None:
        """Let the environment in: its user and its way there."""
        space = self._own(entry)
        self._ground.records.put(entry)
        self._ground.links.link(space)
        self.admit(space)

    def change(self, before: Entry, after: Entry) -> None:
        """Another name or password; what the environment has there stays."""
        if self._own(before).user != self._own(after).user:
            self.dismiss(self._own(before))
        self.create(after)

    def start(self, entry: Entry) -> None:
        """See that it is let in."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Parts do not run by themselves."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Nothing of it stays; of a server that does not run it goes with the server's data."""
        space = self._own(entry)
        self._ground.records.drop(space.key)
        if self._ground.running(space.server):
            self.empty(space)
            self.dismiss(space)
        self._ground.links.unlink(space)

    @abstractmethod
    def admit(self, space: S) -> None:
        """Let its user in, and nobody else as it."""

    @abstractmethod
    def empty(self, space: S) -> None:
        """Remove what it has there."""

    @abstractmethod
    def dismiss(self, space: S) -> None:
        """Let its user in no longer."""

    def _own(self, entry: Entry) -> S:
        if not isinstance(entry.thing, self.kind):
            raise MachineFailed(f"{entry.thing.key} is no {self.kind.__name__}")
        return cast("S", entry.thing)


def refused(space: Space, why: object) -> MachineFailed:
    """The error of a server that does not do what it should."""
    return MachineFailed(
        f"{space.server} does not let {environment_of(space.key)} in: {why}",
        remedy=f"look at `partywall logs {space.server.replace('/', ' ', 1)}`",
    )
