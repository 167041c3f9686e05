"""Volumes that were set aside: they keep their names, and nothing is made of them."""

from __future__ import annotations

from urllib.parse import quote

from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import is_ours, key_of
from partywall.engines.docker.names import Naming
from partywall.engines.docker.understand import Inspected
from partywall.engines.docker.units import Units
from partywall.engines.docker.volume_names import VolumeNames
from partywall.interfaces import Discarded, EngineParts
from partywall.model.errors import Refused
from partywall.model.world import Entry, Volume, environment_of
from partywall.system.trash import TrashFolder


class VolumeTrash:
    """The set-aside volumes of one installation.

    Args:
        api: whom to ask.
        units: what environments are made from.
        names: which volumes are in use.
        naming: whose volumes count.
        parts: where the trash is, how long things wait in it, and the time.
    """

    def __init__(
        self, api: Api, units: Units, names: VolumeNames, naming: Naming, parts: EngineParts
    ) -> None:
        self._api = api
        self._units = units
        self._names = names
        self._naming = naming
        self._clock = parts.clock
        self._lifetime = parts.trash_seconds
        self._folder = TrashFolder(parts.home / "trash")

    def put(self, volume: Volume, called: str) -> None:
        """Set a volume aside, once: a crash before the end of it is no second time."""
        if any(one.volume == called for one in self._folder.all()):
            return
        now = self._clock.now()
        self._folder.put(
            Discarded(
                key=volume.key,
                name=volume.name,
                at=now,
                until=now + self._lifetime,
                volume=called,
            )
        )

    def all(self) -> list[Discarded]:
        """What was set aside and is in use by nobody of ours: a crash may have come between."""
        used = set(self._names.all().values())
        return [one for one in self._folder.all() if one.volume and one.volume not in used]

    def check(self, one: Discarded) -> None:
        """See that the key has no volume, and that this one is still there.

        Raises:
            Refused: when it is not so.
        """
        if known := self._names.all().get(one.key):
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
        self._names.keep(one.key, one.volume)
        self._units.put([entry])
        self._folder.drop(one)

    def remove(self, one: Discarded) -> None:
        """Remove a volume for good, if it is still the one that was set aside.

        Raises:
            Refused: when it is in use again.
            MachineFailed: when a container holds on to it.
        """
        if one.volume in self._names.all().values():
            raise Refused(f"the volume {one.volume} is in use again", remedy="`partywall status`")
        if self._found(one) is not None:
            self._api.delete(_path(one))
        self._folder.drop(one)

    def _found(self, one: Discarded) -> Inspected | None:
        """The volume, if it carries the labels of these data."""
        found: Inspected | None = self._api.get(_path(one))
        labels = (found or {}).get("Labels") or {}
        return found if is_ours(self._naming, labels) and key_of(labels) == one.key else None


def _path(one: Discarded) -> str:
    return f"/volumes/{quote(one.volume, safe='')}"
