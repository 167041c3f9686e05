"""What the rules look at, and which of their findings refuse."""

from __future__ import annotations

import re

import msgspec

from partywall.compose.place import Sources
from partywall.model.app import App

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
        EXTERNAL,
    }
)
"""Kinds of findings that no wall can stand against; `action` is then what the user can do."""
OWN_FOLDER = "put ${PARTYWALL_ENVIRONMENT} into its name, or use a named volume"


class Seen(msgspec.Struct, frozen=True):
    """What the rules look at."""

    app: App
    near: Sources
    environment: str = ""

    def is_own(self, path: str) -> bool:
        """Whether a path has the environment's name in it, and so is another one in each."""
        word = rf"(?<![a-z0-9]){re.escape(self.environment)}(?![a-z0-9])"
        return bool(self.environment) and re.search(word, path) is not None
