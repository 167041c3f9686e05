"""What the rules look at, and which of their findings refuse."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import msgspec

from partywall.compose.place import Sources
from partywall.model.app import App
from partywall.planning.folders import apart, copied, first_copied

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

    def own_folder(self, path: str, target: str = "") -> str:
        """What to do, with the path as the Compose file would have it.

        Args:
            path: of the folder.
            target: where it is mounted, when a service's `volumes` name it.
        """
        environment = self.environment or "dev"
        folder = self._said(path)
        if Path(path).is_file():
            return self._own_file(folder, target, environment)
        named = self._variable(target) if target else None
        if named is not None:
            name, below = named
            if folder.endswith(below) and folder.removesuffix(below).strip("./"):
                kept = folder.removesuffix(below).rstrip("/")
                return f"write {name}={kept}-{environment} into .env.{environment}"
        mounts = (one for service in self.app.services.values() for one in service.mounts)
        others = {self._said(one.source) for one in mounts if one.kind == "bind"}
        return apart(folder, environment, others)

    def _own_file(self, file: str, target: str, environment: str) -> str:
        copy = copied(file, environment)
        named = self._variable(target)
        if named is not None and not named[1]:
            rest = f"write {named[0]}={copy} into .env.{environment}"
        else:
            name = re.sub(r"[^A-Z0-9]+", "_", PurePosixPath(file).name.upper()).strip("_")
            rest = f"mount ${{{name}:-{file}}} and write {name}={copy} into .env.{environment}"
        return f"{first_copied(file, environment)}, then {rest}"

    def _said(self, path: str) -> str:
        folder = PurePosixPath(self.app.folder)
        near = PurePosixPath(path).is_relative_to(folder)
        said = f"./{PurePosixPath(path).relative_to(folder)}" if near else path
        return "." if said == "./." else said

    def _variable(self, target: str) -> tuple[str, str] | None:
        """The variable that a short mount begins with, and what follows it in the path."""
        pattern = (
            rf"(?<!\$)\$(?:(\w+)|\{{(\w+)[^}}]*\}})((?:/[^:\s$]*)?):{re.escape(target)}(?![\w/])"
        )
        place = self.near.first(pattern)
        found = re.search(pattern, self.near.line(place)) if place else None
        return (found[1] or found[2], found[3].rstrip("/")) if found else None
