"""Volumes as folders: made for their environment's user, moved into the trash at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import msgspec

from partywall.engines.embedded.folders import make_own, make_passage
from partywall.engines.embedded.places import Places
from partywall.engines.embedded.supervise.program import Account
from partywall.engines.embedded.trash import FolderTrash
from partywall.interfaces import Records
from partywall.model.errors import Place, Refused
from partywall.model.world import AnyThing, Entry, Volume, environment_of

MISSING = "its folder is gone"


class VolumePerformer:
    """Performs steps on volumes, or on environments' parts of vaults, which are volumes, too."""

    def __init__(
        self,
        places: Places,
        account: Callable[[str], Account | None],
        records: Records,
        trash: FolderTrash,
        kind: type[Volume] = Volume,
    ) -> None:
        self.kind: type[AnyThing] = kind
        self._places = places
        self._account = account
        self._records = records
        self._trash = trash

    def create(self, entry: Entry) -> None:
        """An empty folder, unless there is one; a vault is nobody's, and can be passed."""
        folder, account = self._places.volume(entry.thing.key), self._account_of(entry)
        if _is_vault(entry):
            make_passage(folder, account, self._places.home)
        else:
            make_own(folder, account, self._places.home)
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
        """Into the trash, where it stays for its lifetime; a vault only if something is in it."""
        folder = self._places.volume(entry.thing.key)
        if folder.is_dir() and _is_vault(entry):
            with contextlib.suppress(OSError):
                folder.rmdir()
        if folder.is_dir():
            self._trash.put(entry, folder)
        self._records.drop(entry.thing.key)

    def _account_of(self, entry: Entry) -> Account | None:
        return self._account(environment_of(entry.thing.key))


def _is_vault(entry: Entry) -> bool:
    return isinstance(entry.thing, Volume) and entry.thing.vault


def observed(places: Places, entry: Entry) -> Entry:
    """A recorded volume as it is now."""
    if places.volume(entry.thing.key).is_dir():
        return entry
    return msgspec.structs.replace(entry, faults=(MISSING,))
