"""What production is as plain Compose: the user's own files, and what these do not say."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from partywall.compose.envfiles import quoted
from partywall.interfaces import Held, Plain, Succession
from partywall.model.errors import Refused
from partywall.model.world import Key, name_of
from partywall.system.files import read_bytes, write_atomically
from partywall.workflows.project import Project

OVERRIDE = "compose.handed-back.yaml"
VARIABLES = ".env.handed-back"
_TOLD = "PARTYWALL_"
_HIDDEN = "__PW_"


class Place(NamedTuple):
    """What plain Compose would have at a path inside a container."""

    kind: str
    source: str
    """The engine's name of the volume, or the path on the machine."""
    key: str
    """What the Compose file calls the volume."""


class Plainly:
    """Looks at what production would be as plain Compose; nothing is changed."""

    def __init__(self, project: Project, hands: Succession, instances: Iterable[Key]) -> None:
        """`instances` are those that run now."""
        self._project = project
        self._hands = hands
        self._instances = tuple(instances)
        self._settings = project.settings.production

    @cached_property
    def variables(self) -> dict[str, str]:
        """What the Compose files ask for, and only Partywall has told so far.

        One that ran without Partywall before goes without them again, if it finds its data so.
        """
        text = b"".join(read_bytes(file) or b"" for file in self._files).decode(errors="replace")
        given = self._project.given(self._settings.name).variables
        told = {
            name: value
            for name, value in sorted(given.items())
            if name.startswith(_TOLD) and name in text and _HIDDEN not in value
        }
        before = self._settings.volumes_of is not None
        return {} if before and not any(self._others(self._said({}))) else told

    @cached_property
    def override(self) -> dict[str, Any]:
        """The volumes that plain Compose would call otherwise than they are called.

        Raises:
            Refused: when something else than a volume's name would be another one.
        """
        found: dict[str, Any] = {}
        for key, path, now, place in self._others(self._said(self.variables)):
            if place.kind != "volume" or now.kind != "volume":
                raise Refused(
                    f"{key} has {now.source} at {path}, and as plain Compose would have "
                    f"{place.source}",
                    remedy="let the Compose file say what runs, `partywall up`, and try again",
                )
            found[place.key] = {"name": now.source, "external": True}
        return {"volumes": found} if found else {}

    def _others(self, said: Mapping[str, Any]) -> Iterator[tuple[Key, str, Held, Place]]:
        """Where plain Compose would have something else than is there now."""
        for key in self._instances:
            held = self._hands.held(key)
            for path, place in _places(said, name_of(key)).items():
                now = held.get(path)
                if now is not None and now.source != place.source:
                    yield key, path, now, place

    @property
    def plain(self) -> Plain:
        """The Compose project, with the files that `write` makes."""
        plain = self._plain(self._project.folder, self.variables)
        if not self.override:
            return plain
        files = (*self._files, self._project.folder / OVERRIDE)
        return msgspec.structs.replace(plain, files=files)

    def _plain(self, folder: Path, variables: Mapping[str, str]) -> Plain:
        """The Compose project, with the file of these variables in a folder."""
        files = [one.path for one in self._settings.env_files if one.path.exists()]
        if variables:
            files.append(folder / VARIABLES)
        usual = [self._project.folder / ".env"]
        return Plain(
            project=self._settings.volumes_of
            or f"{self._project.settings.project}-{self._settings.name}",
            folder=self._project.folder,
            files=self._project.settings.compose,
            env_files=() if files in ([], usual) else tuple(files),
            profiles=self._settings.profiles,
        )

    @cached_property
    def _files(self) -> tuple[Path, ...]:
        return self._project.files(self._settings.name)

    def _said(self, variables: Mapping[str, str]) -> Mapping[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), {}, variables)
            return self._hands.planned(self._plain(Path(folder), variables))


def write(folder: Path, override: Mapping[str, Any], variables: Mapping[str, str]) -> None:
    """Write what is not empty of the two files that say what the user's do not.

    Raises:
        MachineFailed: when one cannot be written.
    """
    if override:
        import yaml  # noqa: PLC0415  (only here)

        head = "# What these volumes are called, as Partywall left them.\n"
        text = head + yaml.safe_dump(dict(override), sort_keys=False)
        write_atomically(folder / OVERRIDE, text.encode(), 0o644)
    if variables:
        lines = [f"{name}={quoted(value)}\n" for name, value in variables.items()]
        write_atomically(folder / VARIABLES, "".join(lines).encode(), 0o600)


def _places(said: Mapping[str, Any], service: str) -> dict[str, Place]:
    """Path inside → what is there, of a service in the canonical form; pure."""
    volumes = said.get("volumes") or {}
    found = {}
    for one in (said.get("services", {}).get(service) or {}).get("volumes") or ():
        source = str(one.get("source") or "")
        if one.get("type") == "volume" and source:
            name = str((volumes.get(source) or {}).get("name") or source)
            found[str(one["target"])] = Place("volume", name, source)
        elif one.get("type") == "bind":
            found[str(one["target"])] = Place("bind", source, "")
    return found
