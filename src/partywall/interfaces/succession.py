"""What it takes to let services go over from somebody else's containers to ours, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from partywall.model.world import Entry, Instance, Job, Key


class Held(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Data of the machine that stand inside a container."""

    kind: str
    """`volume` or `bind`."""
    source: str
    """The volume's name, or the path on the machine."""
    unnamed: bool = False
    """A volume that nobody gave a name: nothing would find it again."""


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """A container that somebody else made, as it must be again when all fails."""

    id: str
    name: str
    service: str
    image: str
    running: bool
    restart: str
    """The name of its restart policy, and for `on-failure` how often."""
    retries: int = 0
    waits: tuple[str, ...] = ()
    """Services that it depends on."""
    grace: float = 10.0
    """Seconds that it has to stop."""
    patience: float = 0.0
    """Seconds that its health check gives it to become well."""
    ports: tuple[str, ...] = ()
    """Ports of the machine that it has."""
    held: dict[str, Held] = {}
    """Path inside → what stands there."""


class Plain(msgspec.Struct, frozen=True, kw_only=True):
    """A Compose project as its user runs it, without Partywall."""

    project: str
    folder: Path
    files: tuple[Path, ...] = ()
    """Empty: what Compose itself finds in the folder."""
    env_files: tuple[Path, ...] = ()
    """Empty: what Compose itself reads."""
    profiles: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """The options that every call of Compose needs."""
        return [
            *("-p", self.project),
            *(word for file in self.env_files for word in ("--env-file", str(file))),
            *(word for file in self.files for word in ("-f", str(file))),
            *(word for name in self.profiles for word in ("--profile", name)),
        ]


class Succession(Protocol):
    """Hands services over; every method raises MachineFailed when the engine does not do it."""

    def originals(self, project: str) -> Sequence[Original]:
        """The containers of a Compose project that are not ours."""
        ...

    def variables(self, original: Original) -> Mapping[str, str]:
        """What its program was given; it may be secret."""
        ...

    def patience(self, thing: Instance | Job) -> float:
        """Seconds that one of ours is given to become well."""
        ...

    def written(self, original: Original) -> Sequence[str]:
        """Files that were written inside the container itself, where no volume keeps them."""
        ...

    def empty(self, held: Held) -> bool:
        """Whether nothing is in it; what cannot be looked into is not."""
        ...

    def prepare(self, entries: Iterable[Entry]) -> None:
        """Have every image at hand that these instances need."""
        ...

    def grace(self, originals: Iterable[Original]) -> float:
        """Seconds that stopping them may take, dependents first."""
        ...

    def rest(self, originals: Iterable[Original]) -> None:
        """Stop them, dependents first; the engine starts none of them again by itself."""
        ...

    def wake(self, originals: Iterable[Original]) -> None:
        """Have those that ran run again as they did, what they depend on first."""
        ...

    def remove(self, originals: Iterable[Original]) -> None:
        """Remove the containers; volumes and networks stay, those without a name too."""
        ...

    def held(self, instance: Key) -> Mapping[str, Held]:
        """Path inside → what stands there, of an instance of ours."""
        ...

    def waiting(self, environment: str) -> Mapping[Key, Mapping[str, Held]]:
        """Instance of ours → what is kept for it without a name; it may be down."""
        ...

    def save(self, instance: Key, command: Sequence[str], path: Path) -> None:
        """Run a command beside an instance and keep in a file (0600) what it writes."""
        ...

    def planned(self, plain: Plain) -> Mapping[str, Any]:
        """The canonical form of a Compose project, the values of its variables put in."""
        ...

    def hand_back(self, plain: Plain) -> None:
        """Have a Compose project run as its user would, and see that it is well."""
        ...

    def ready(self, plain: Plain) -> None:
        """Have every image at hand that it needs."""
        ...

    def take_back(self, plain: Plain) -> None:
        """Remove the containers and networks of a Compose project; data stay."""
        ...

    def vanish(self, *, last: bool) -> None:
        """Remove the images that were built; of the machine's own things too, when none is left."""
        ...

    def forget(self, environment: str) -> None:
        """Let nothing be left of what was prepared for an environment."""
        ...
