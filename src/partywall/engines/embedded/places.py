"""Where the embedded engine keeps what: one home folder, one name per purpose."""

from __future__ import annotations

from pathlib import Path

from partywall.interfaces import ATTACHED
from partywall.model.world import SHARED, Key, environment_of, name_of


class Places:
    """Paths below the home folder (`.partywall`)."""

    def __init__(self, home: Path, project: Path) -> None:
        self.home = home
        self.project = project
        self.run = home / "run"
        self.trash = home / "trash"
        self.allocations = home / "allocations.json"

    def secrets(self, environment: str) -> Path:
        """The environment's secret store."""
        return self.home / "secrets" / f"{environment}.json"

    def data(self, environment: str) -> Path:
        """The folder of an environment's volumes."""
        return self.home / "data" / environment

    def volume(self, key: Key) -> Path:
        """The folder of one volume, or of an environment's part of a vault, by its key."""
        if key.split("/")[1] == "filespace":
            return self.data(SHARED) / name_of(key) / environment_of(key)
        return self.data(environment_of(key)) / name_of(key)

    def instance(self, key: Key) -> Path:
        """What the supervisor keeps about an instance; gone when the instance is removed."""
        return self.run / environment_of(key) / supervised_name(key)

    def own(self, key: Key) -> Path:
        """A folder that only the instance's own user can enter; gone when it is removed."""
        return self.home / "own" / environment_of(key) / supervised_name(key)

    def attached(self, key: Key) -> Path:
        """The files of an instance's `secrets:` and `configs:`; gone when it is removed."""
        return self.home / ATTACHED / environment_of(key) / supervised_name(key)

    def log(self, key: Key) -> Path:
        """What an instance writes; outlives it."""
        return self.home / "logs" / environment_of(key) / f"{supervised_name(key)}.log"

    def resolve(self, path: str) -> Path:
        """A host path as a world gives it: relative ones start at the project's folder."""
        return self.project / path


def supervised_name(key: Key) -> str:
    """The folder name of an instance or a job: the part of its key after the environment."""
    return key.partition("/")[2].replace("/", "-")
