"""Volumes that were set aside: they keep their names, and nothing is made of them."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from urllib.parse import quote

import msgspec

from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import KEY, PROJECT, is_ours, key_of
from partywall.engines.docker.names import Naming
from partywall.engines.docker.render import driver_options
from partywall.engines.docker.understand import Inspected
from partywall.engines.docker.units import Units
from partywall.engines.docker.unnamed import Unnamed
from partywall.engines.docker.volume_names import VolumeNames
from partywall.interfaces import VAULTS, Discarded, EngineParts
from partywall.model.errors import Refused
from partywall.model.world import Entry, FileSpace, Volume, environment_of, name_of
from partywall.system.files import failed
from partywall.system.trash import TrashFolder


class Bins(msgspec.Struct, frozen=True, kw_only=True):
    """What knows of volumes in use, and hears of those that are brought back."""

    units: Units
    """What environments are made from."""
    names: VolumeNames
    unnamed: Unnamed


class VolumeTrash:
    """The set-aside volumes of one installation.

    Args:
        api: whom to ask.
        naming: whose volumes count.
        parts: where the trash is, how long things wait in it, and the time.
        more: what knows of volumes in use.
    """

    def __init__(self, api: Api, naming: Naming, parts: EngineParts, more: Bins) -> None:
        self._api = api
        self._units = more.units
        self._names = more.names
        self._unnamed = more.unnamed
        self._naming = naming
        self._clock = parts.clock
        self._lifetime = parts.trash_seconds
        self._folder = TrashFolder(parts.home / "trash")
        self._vaults = parts.commons.folder / VAULTS

    def put(self, volume: Volume, called: str) -> None:
        """Set a volume aside, once: a crash before the end of it is no second time."""
        one = Discarded(key=volume.key, name=volume.name, at=0, until=0, volume=called)
        if isinstance(volume, FileSpace) and volume.bound:
            options = driver_options(volume, called, self._units.absolute)
            one = msgspec.structs.replace(one, folder=options["device"])
        self._put(one)

    def gather(self, environment: str | None) -> None:
        """Set aside what is kept without a name for instances that are gone for good."""
        for key, held in self._unnamed.kept().items():
            if environment in (None, environment_of(key)):
                for path, name in held.items():
                    said = f"{environment_of(key)}/volume/{name_of(key)}{path.replace('/', ':')}"
                    self._put(
                        Discarded(
                            key=said, name=name, at=0, until=0, volume=name, owner=key, path=path
                        )
                    )
                    self._unnamed.forget(key, path)

    def _put(self, one: Discarded) -> None:
        if any(other.volume == one.volume for other in self._folder.all()):
            return
        now = self._clock.now()
        self._folder.put(msgspec.structs.replace(one, at=now, until=now + self._lifetime))

    def all(self) -> list[Discarded]:
        """What was set aside and is in use by nobody of ours: a crash may have come between."""
        used = self._used()
        return [one for one in self._folder.all() if one.volume and one.volume not in used]

    def check(self, one: Discarded) -> None:
        """See that the key has no volume, and that this one is still there.

        Raises:
            Refused: when it is not so.
        """
        if known := self._instead(one):
            raise Refused(
                f"{one.key} has new data, in the volume {known}",
                remedy=f"`partywall destroy {environment_of(one.key)}` first",
            )
        if self._found(one) is None:
            raise Refused(
                f"the data of {one.key} are gone: there is no volume {one.volume} of ours any more",
                remedy="bring it back from a backup, or `partywall trash empty` forgets it",
            )

    def restore(self, one: Discarded, entry: Entry) -> None:
        """Let the key's volume be this one again; raises as `check` does."""
        self.check(one)
        if one.owner:
            self._unnamed.give(one.owner, one.path, one.volume)
        else:
            self._names.keep(one.key, one.volume)
            self._units.put([entry])
        self._folder.drop(one)

    def remove(self, one: Discarded) -> None:
        """Remove a volume for good, if it is still the one that was set aside.

        Raises:
            Refused: when it is in use again.
            MachineFailed: when a container holds on to it.
        """
        if one.volume in self._used():
            raise Refused(f"the volume {one.volume} is in use again", remedy="`partywall status`")
        if self._found(one) is not None:
            self._api.delete(_path(one))
        if one.folder:
            self._clear(Path(one.folder))
        self._folder.drop(one)

    def _clear(self, folder: Path) -> None:
        """Remove a folder in a vault, which its volume was only a way to, and an empty vault.

        Raises:
            MachineFailed: when it cannot be removed.
        """
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise failed(error, "remove", folder) from error
        for vault in folder.parents:
            if vault.is_relative_to(self._vaults):
                with contextlib.suppress(OSError):  # others may have something in it
                    vault.rmdir()

    def _used(self) -> set[str]:
        kept = self._unnamed.kept().values()
        return {*self._names.all().values(), *(name for held in kept for name in held.values())}

    def _instead(self, one: Discarded) -> str:
        """The volume that the key has now; without a name, that of its owner's container."""
        if not one.owner:
            return self._names.all().get(one.key, "")
        mine = {"label": [f"{PROJECT}={self._naming.owner(one.owner)}", f"{KEY}={one.owner}"]}
        if self._api.get("/containers/json", all="true", filters=mine):
            return "of its container"
        return self._unnamed.of(one.owner).get(one.path, "")

    def _found(self, one: Discarded) -> Inspected | None:
        """The volume, if it carries the labels of these data."""
        found: Inspected | None = self._api.get(_path(one))
        if one.owner:  # nobody but the engine gives out such names
            return found
        labels = (found or {}).get("Labels") or {}
        return found if is_ours(self._naming, labels) and key_of(labels) == one.key else None


def _path(one: Discarded) -> str:
    return f"/volumes/{quote(one.volume, safe='')}"
