"""What the rules look at, and which of their findings refuse."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import msgspec

from partywall.compose.place import Sources
from partywall.model.app import App
from partywall.planning.folders import apart

EXTERNAL = "external-attachment"
REFUSED = frozenset(
    {
        "host-network",
        "joined-network",
        "docker-socket",
        "host-namespace",
        "host-files",
        "external-link",
        "joined-volumes",
        "no-container",
        EXTERNAL,
    }
)
"""Kinds of findings that no wall can stand against; `action` is then what the user can do."""


class Seen(msgspec.Struct, frozen=True):
    """What the rules look at."""

    app: App
    near: Sources
    environment: str = ""

    def is_own(self, path: str) -> bool:
        """Whether a path has the environment's name in it, and so is another one in each."""
        word = rf"(?<![a-z0-9]){re.escape(self.environment)}(?![a-z0-9])"
        return bool(self.environment) and re.search(word, path) is not None

    def own_folder(self, path: str) -> str:
        """What to do, with the path as the Compose file would have it."""
        folder = PurePosixPath(self.app.folder)
        near = PurePosixPath(path).is_relative_to(folder)
        said = f"./{PurePosixPath(path).relative_to(folder)}" if near else path
        return apart("." if said == "./." else said, self.environment or "dev")
