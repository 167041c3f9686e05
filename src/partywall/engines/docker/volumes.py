"""Volumes of the engine: made with our labels, set aside instead of removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import KEY, PROJECT, labels
from partywall.engines.docker.names import Naming, unit_of
from partywall.engines.docker.render import driver_options
from partywall.engines.docker.trash import VolumeTrash
from partywall.engines.docker.understand import GONE, epoch
from partywall.engines.docker.units import Units
from partywall.engines.docker.volume_names import VolumeNames
from partywall.model.errors import MachineFailed, Refused
from partywall.model.world import AnyThing, Entry, Key, Volume, name_of
from partywall.system.files import failed


class VolumePerformer:
    """Performs steps on volumes, or on environments' parts of vaults, which are volumes, too."""

    def __init__(
        self,
        api: Api,
        units: Units,
        names: VolumeNames,
        naming: Naming,
        trash: VolumeTrash,
        kind: type[Volume] = Volume,
    ) -> None:
        self.kind: type[AnyThing] = kind
        self._api = api
        self._units = units
        self._names = names
        self._naming = naming
        self._trash = trash

    def create(self, entry: Entry) -> None:
        """An empty volume, unless there is one of this thing.

        Raises:
            Refused: when somebody else has a volume of that name.
        """
        volume = _volume(entry)
        known = self._names.all().get(volume.key)
        name = known or self._existing(volume.key) or self._free(volume)
        self._names.keep(volume.key, name)
        body: dict[str, Any] = {"Name": name, "Labels": self._labels(entry)}
        if volume.driver or volume.options:
            options = driver_options(volume, name, self._units.absolute)
            if volume.bound:
                _make(Path(options["device"]), 0o700 if volume.vault else 0o755)
            body |= {"Driver": volume.driver or "local", "DriverOpts": options}
        self._api.post("/volumes/create", body)
        self._units.put([entry])

    def change(self, before: Entry, after: Entry) -> None:
        """Labels of a volume stay for its life, and data are not moved in passing.

        Raises:
            Refused: unless only the volume is gone, and its folder is there.
        """
        if GONE in before.faults and self._folder(_volume(after)):
            self.create(after)
            return
        raise Refused(
            f"the data of {after.thing.key} are in the volume {_volume(before).name}, which cannot "
            f"become {_volume(after).name}",
            remedy="put the former `name:` of the project back",
        )

    def start(self, entry: Entry) -> None:
        """Data that vanished are not replaced by an empty volume; those in a folder are there.

        Raises:
            Refused: when the volume is gone, and its data with it.
        """
        name = self._names.of(_volume(entry))
        if self._api.get(f"/volumes/{name}") is not None:
            return
        if self._folder(_volume(entry)):
            self.create(entry)
        else:
            raise Refused(
                f"the data of {entry.thing.key} are gone: there is no volume {name} any more",
                remedy="bring it back from a backup, or `partywall destroy` its environment",
            )

    def restart(self, entry: Entry) -> None:
        """Volumes do not run."""
        self.start(entry)

    def remove(self, entry: Entry) -> None:
        """Set it aside for its lifetime; a later one of this name is another volume.

        A vault is nothing but a way to a folder, which stays as long as something is in it.
        """
        key = entry.thing.key
        name = self._names.all().get(key)
        if name and self._api.get(f"/volumes/{name}") is not None:
            if _volume(entry).vault:
                self._api.delete(f"/volumes/{name}")
            else:
                self._trash.put(_volume(entry), name)
        self._names.forget(key)
        self._units.drop(key)

    def _existing(self, key: Key) -> str | None:
        """A volume of this thing that nobody remembers: never an empty one in its place."""
        mine = {"label": [f"{PROJECT}={self._naming.owner(key)}", f"{KEY}={key}"]}
        listed = (self._api.get("/volumes", filters=mine) or {}).get("Volumes") or []
        aside = {one.volume for one in self._trash.all()}
        left = [one for one in listed if one["Name"] not in aside]
        newest = max(left, key=lambda one: epoch(one.get("CreatedAt") or "") or 0.0, default=None)
        return None if newest is None else str(newest["Name"])

    def _free(self, volume: Volume) -> str:
        """A name that no volume has: what was set aside keeps its own, and its folder."""
        wanted, aside = volume.name, {one.volume for one in self._trash.all()}
        for number in range(1, 1000):
            name = wanted if number == 1 else f"{wanted}-{number}"
            if name not in aside and self._api.get(f"/volumes/{name}") is None:
                return name
        raise MachineFailed(f"no name is free for the volume {wanted}", remedy="empty the trash")

    def _folder(self, volume: Volume) -> bool:
        """Whether its data are in a folder of the machine that is there."""
        options = driver_options(volume, self._names.of(volume), self._units.absolute)
        return volume.bound and Path(options["device"]).is_dir()

    def _labels(self, entry: Entry) -> dict[str, str]:
        unit = unit_of(entry.thing.key)
        return {
            **labels(self._naming, entry),
            "com.docker.compose.project": self._naming.compose_project(unit),
            "com.docker.compose.volume": name_of(entry.thing.key),
        }


def _make(folder: Path, mode: int) -> None:
    """The folder that a volume is bound to, unless there is one: the engine does not make it.

    Raises:
        MachineFailed: when it cannot be made.
    """
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    except OSError as error:
        raise failed(error, "make the folder of a volume", folder) from error


def _volume(entry: Entry) -> Volume:
    assert isinstance(entry.thing, Volume)  # noqa: S101  (performers get their own kind)
    return entry.thing
