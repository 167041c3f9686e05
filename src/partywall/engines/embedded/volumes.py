"""Volumes as folders: made for their environment's user, moved into the trash at the end."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from partywall.engines.embedded.folders import make_own
from partywall.engines.embedded.places import Places
from partywall.engines.embedded.supervise.program import Account
from partywall.engines.embedded.trash import FolderTrash
from partywall.interfaces import Records
from partywall.model.errors import Place, Refused
from partywall.model.world import AnyThing, Entry, Volume, environment_of

MISSING = "its folder is gone"


class VolumePerformer:
    """Performs steps on volumes."""

    kind: type[AnyThing] = Volume

    def __init__(
        self,
        places: Places,
        account: Callable[[str], Account | None],
        records: Records,
        trash: FolderTrash,
    ) -> None:
        self._places = places
        self._account = account
        self._records = records
        self._trash = trash

    def create(self, entry: Entry) -> None:
        """An empty folder, unless there is one."""
        key = entry.thing.key
        make_own(self._places.volume(key), self._account(environment_of(key)), self._places.home)
        self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:  # noqa: ARG002  (data stay as they are)
        """Only its description changes."""
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Data that vanished are not replaced by an empty folder.

        Raises:
            Refused: always, when the folder is gone.
        """
        folder = self._places.volume(entry.thing.key)
        if not folder.is_dir():
            raise Refused(
                f"the data of {entry.thing.key} are gone: {folder.name} is no folder any more",
                where=Place(str(folder)),
                remedy="put the folder back, or `partywall destroy` its environment",
            )
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """Folders do not run."""
        self.start(entry)

    def remove(self, entry: Entry) -> None:
        """Into the trash, where it stays for its lifetime."""
        folder = self._places.volume(entry.thing.key)
        if folder.is_dir():
            self._trash.put(entry, folder)
        self._records.drop(entry.thing.key)


def observed(places: Places, entry: Entry) -> Entry:
    """A recorded volume as it is now."""
    if places.volume(entry.thing.key).is_dir():
        return entry
    return msgspec.structs.replace(entry, faults=(MISSING,))
