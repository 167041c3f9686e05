"""Values of secrets by name and version, one 0600 file per environment; old versions are kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from partywall.model.errors import MachineFailed, Place
from partywall.model.secret import Secret, SecretRef
from partywall.system.decoding import decode
from partywall.system.files import corrupted, read_bytes, write_atomically

Versions = dict[str, dict[str, str]]
"""Name → version (a number as text, as JSON keys are) → value."""


class FileSecretStore:
    """The secret store of one project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, Versions] = {}
        self._lock = threading.Lock()

    def path(self, environment: str) -> Path:
        """The file with an environment's values."""
        return self._folder / f"{environment}.json"

    def refer(self, environment: str, values: Mapping[str, str]) -> dict[str, SecretRef]:
        """A reference for each value: the version that has it, or the next one.

        New versions are in memory only until `save`.
        """
        with self._lock:
            versions = self._versions(environment)
            return {name: _refer(versions, name, value) for name, value in values.items()}

    def latest(self, environment: str, name: str) -> SecretRef | None:
        """The newest version of a secret."""
        with self._lock:
            versions = self._versions(environment).get(name)
        return SecretRef(name, max(map(int, versions))) if versions else None

    def value(self, environment: str, ref: SecretRef) -> Secret:
        """The value of one version.

        Raises:
            MachineFailed: when the store does not have it.
        """
        found = self._versions(environment).get(ref.name, {}).get(str(ref.version))
        if found is None:
            raise MachineFailed(
                f"the value of {ref.name} (version {ref.version}) is not in the secret store",
                where=Place(str(self.path(environment))),
                remedy=f"set {ref.name} in .env.{environment} and run `partywall up`",
            )
        return Secret(found)

    def values(self, environment: str) -> dict[SecretRef, Secret]:
        """Every version of every secret of an environment."""
        return {
            SecretRef(name, int(version)): Secret(value)
            for name, versions in self._versions(environment).items()
            for version, value in versions.items()
        }

    def forget(self, environment: str) -> None:
        """Read an environment's values again when they are next asked for; not saved, they go."""
        with self._lock:
            self._loaded.pop(environment, None)

    def save(self, environment: str) -> None:
        """Write new versions to disk; nothing is written when there are none."""
        with self._lock:
            data = msgspec.json.encode(self._versions(environment), order="deterministic")
            if data != read_bytes(self.path(environment)):
                write_atomically(self.path(environment), data)

    def _versions(self, environment: str) -> Versions:
        if environment not in self._loaded:
            self._loaded[environment] = self._read(environment)
        return self._loaded[environment]

    def _read(self, environment: str) -> Versions:
        data = read_bytes(self.path(environment))
        if data is None:
            return {}
        try:
            found = decode(data, Versions)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(self.path(environment), "not a secret store") from error
        if not all(version.isdecimal() for versions in found.values() for version in versions):
            raise corrupted(self.path(environment), "a version is no number")
        return found


def _refer(versions: Versions, name: str, value: str) -> SecretRef:
    mine = versions.setdefault(name, {})
    for version, known in mine.items():
        if known == value:
            return SecretRef(name, int(version))
    new = 1 + max(map(int, mine), default=0)
    mine[str(new)] = value
    return SecretRef(name, new)
