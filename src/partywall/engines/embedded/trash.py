"""Folders of volumes that were moved aside, and back."""

from __future__ import annotations

from pathlib import Path

from partywall.engines.embedded.places import Places
from partywall.interfaces import Clock, Discarded, Records
from partywall.model.errors import Place, Refused
from partywall.model.world import Entry, Volume, environment_of
from partywall.system.files import failed, make_folder
from partywall.system.trash import TrashFolder

_DATA = "data"


class FolderTrash:
    """The trash of one installation: the data lie beside what is known of them."""

    def __init__(self, places: Places, records: Records, clock: Clock, lifetime: float) -> None:
        self._places = places
        self._folder = TrashFolder(places.trash)
        self._records = records
        self._clock = clock
        self._lifetime = lifetime

    def put(self, entry: Entry, folder: Path) -> None:
        """Move the folder of a volume here, where it stays for its lifetime."""
        now = self._clock.now()
        about = Discarded(
            key=entry.thing.key,
            name=entry.thing.name if isinstance(entry.thing, Volume) else "",
            at=now,
            until=now + self._lifetime,
        )
        place = self._folder.put(about)
        try:
            folder.rename(place / _DATA)
        except OSError as error:
            raise failed(error, "move into the trash", folder) from error

    def all(self) -> list[Discarded]:
        """What was moved; of what was begun by a crash the data never left their place."""
        return [one for one in self._folder.all() if (self._folder.place(one) / _DATA).exists()]

    def gather(self, environment: str | None) -> None:
        """Here every volume has a name."""

    def check(self, one: Discarded) -> None:
        """See that there is nothing in their place.

        Raises:
            Refused: when there is.
        """
        target = self._places.volume(one.key)
        if target.exists():
            raise Refused(
                f"{one.key} has new data: they would be overwritten",
                where=Place(str(target)),
                remedy=f"`partywall destroy {environment_of(one.key)}` first",
            )

    def restore(self, one: Discarded, entry: Entry) -> None:
        """Move them back; raises as `check` does."""
        self.check(one)
        target = self._places.volume(one.key)
        make_folder(target.parent)
        try:
            (self._folder.place(one) / _DATA).rename(target)
        except OSError as error:
            raise failed(error, "bring back", target) from error
        self._folder.drop(one)
        self._records.put(entry)

    def remove(self, one: Discarded) -> None:
        """Remove them for good."""
        self._folder.drop(one)
