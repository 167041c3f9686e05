"""An open copy of a snapshot, and how it is entered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from partywall.data.postgres.snapshots.server import Login
from partywall.interfaces import Door
from partywall.model.secret import Secret
from partywall.workflows.snapshots.mounted import variable
from partywall.workflows.snapshots.store import Clone


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """An open clone, and how its server is entered."""

    clone: Clone
    password: Secret
    files: Mapping[str, Path] = {}
    """Copies of the snapshot's files, by name; who writes into them writes into nothing else."""

    @property
    def door(self) -> Door:
        """Where it listens."""
        return Door(host=self.clone.host, port=self.clone.port)

    @property
    def owner(self) -> Login:
        """The role that owns the database, with what lets it in here."""
        of = self.clone.snapshot
        return Login(user=of.owner, password=self.password, database=of.database)

    def environment(self) -> dict[str, str]:
        """The variables by which programs find it and the files, and the customary address."""
        of = self.clone.snapshot
        owner, database = of.owner, of.database
        word = self.password.reveal()
        host, port = self.clone.host, self.clone.port
        return {
            "PGHOST": host,
            "PGPORT": str(port),
            "PGUSER": owner,
            "PGDATABASE": database,
            "PGPASSWORD": word,
            "DATABASE_URL": f"postgresql://{owner}:{word}@{host}:{port}/{database}",
            **{variable(name): str(path) for name, path in self.files.items()},
        }
