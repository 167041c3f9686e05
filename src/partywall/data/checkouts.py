"""Working copies of the source, one per environment: made, moved to a commit, taken away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from partywall.interfaces import Clock, Records
from partywall.model.errors import Refused
from partywall.model.world import (
    AnyThing,
    Checkout,
    Entry,
    Key,
    environment_of,
    fingerprint,
)
from partywall.system.files import failed, make_folder
from partywall.system.git import Repository

CHECKOUTS = "checkouts"
"""Where they are, below the home folder."""
LEFT = "left"
"""Where those are moved that hold more than their commit, below the home folder."""
_SHOWN = 3


class Ground(msgspec.Struct, frozen=True):
    """Where checkouts are and what they are of; the repository is asked for when it is needed."""

    project: Path
    home: Path
    repository: Callable[[], Repository]

    def folder(self, checkout: Checkout) -> Path:
        """The folder of a checkout."""
        return self.project / checkout.folder


class CheckoutObserver:
    """Checkouts as they were last made, at the commit where they are now."""

    def __init__(self, ground: Ground, records: Records) -> None:
        self._ground = ground
        self._records = records

    def observe(self, environments: Iterable[str] | None = None) -> dict[Key, Entry]:
        """Every checkout of these environments, or of all."""
        return dict(self._seen(environments))

    def look(self, key: Key) -> Entry | None:
        """One checkout."""
        entry = self._records.get(key)
        return None if entry is None else self._now(entry)

    def _seen(self, environments: Iterable[str] | None) -> Iterator[tuple[Key, Entry]]:
        for key, entry in self._records.read_all(environments).items():
            if isinstance(entry.thing, Checkout) and (now := self._now(entry)) is not None:
                yield key, now

    def _now(self, entry: Entry) -> Entry | None:
        checkout = _checkout(entry)
        folder = self._ground.folder(checkout)
        if not folder.exists():
            return None
        head = self._ground.repository().head(folder) or ""
        seen = msgspec.structs.replace(checkout, commit=head)
        return Entry(thing=seen, fingerprint=fingerprint(seen))


class CheckoutPerformer:
    """Performs steps on checkouts."""

    kind: type[AnyThing] = Checkout

    def __init__(self, ground: Ground, records: Records, clock: Clock) -> None:
        self._ground = ground
        self._records = records
        self._clock = clock
        self._one = threading.Lock()

    def create(self, entry: Entry) -> None:
        """The files of the commit, in a folder that others may read as they may the project's.

        Raises:
            Refused: when files of it were changed by hand.
            MachineFailed: with git's last words.
        """
        folder = self._ground.folder(_checkout(entry))
        with self._one:
            make_folder(folder.parent, 0o711)
            if self._ground.repository().head(folder) is None and folder.exists():
                self._set_aside(entry)
            refuse_edited(self._ground, _checkout(entry))
            self._ground.repository().put(folder, _checkout(entry).commit)
            self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:
        """Move it to another commit; what the commits do not know stays. Raises as `create`."""
        del before
        self.create(after)

    def start(self, entry: Entry) -> None:
        """As `create`."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Checkouts do not run."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Take it away; one that holds more than its commit is moved aside instead."""
        folder = self._ground.folder(_checkout(entry))
        repository = self._ground.repository()
        with self._one:
            if folder.exists() and (repository.head(folder) is None or repository.added(folder)):
                self._set_aside(entry)
            repository.drop(folder)
            self._records.drop(entry.thing.key)

    def _set_aside(self, entry: Entry) -> None:
        """Data that services wrote into their source are data all the same."""
        name = f"{environment_of(entry.thing.key)}-{int(self._clock.now() * 1000)}"
        folder = self._ground.folder(_checkout(entry))
        target = make_folder(self._ground.home / LEFT) / name
        try:
            folder.rename(target)
        except OSError as error:
            raise failed(error, "move aside", folder) from error
        (target / ".git").unlink(missing_ok=True)


def refuse_edited(ground: Ground, checkout: Checkout) -> None:
    """See that no file of a checkout's commit was changed by hand.

    Raises:
        Refused: naming some of them.
    """
    folder = ground.folder(checkout)
    repository = ground.repository()
    if repository.head(folder) is None:
        return
    if edited := repository.edited(folder):
        more = f" and {len(edited) - _SHOWN} more" if edited[_SHOWN:] else ""
        name = environment_of(checkout.key)
        raise Refused(
            f"the checkout of {name} has changes that no commit has: "
            f"{', '.join(edited[:_SHOWN])}{more}",
            remedy=f"commit them on {checkout.branch} and `partywall pull {name}`, or drop them: "
            f"`git -C {checkout.folder} checkout -- .`",
        )


def _checkout(entry: Entry) -> Checkout:
    assert isinstance(entry.thing, Checkout)  # noqa: S101  (chosen by kind)
    return entry.thing
