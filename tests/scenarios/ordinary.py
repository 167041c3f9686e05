"""An installation of somebody who is not root."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import partywall
from partywall.engines.embedded.supervise import launch, view
from partywall.engines.embedded.supervise.program import Account
from scenarios.installation import Done, Installation

ROOT = os.geteuid() == 0
SOMEBODY = Account(61_234, 61_234, "somebody")


class Ordinary(Installation):
    """An installation of an ordinary user; root becomes one, where Python is open to him."""

    def __init__(
        self, source: Path, folder: Path, settings: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(source, folder, settings)
        self.home_folder = folder.parent / "home"
        self.scratch = folder.parent / "scratch"
        for place in (self.home_folder, self.scratch):
            place.mkdir()
        if ROOT:
            self.give(folder, self.home_folder)

    def give(self, *folders: Path) -> None:
        """Let everything in these folders be the ordinary user's."""
        for folder in folders if ROOT else ():
            for path in (folder, *folder.rglob("*")):
                os.chown(path, SOMEBODY.uid, SOMEBODY.gid)

    def call(self, *words: str, code: int | None = 0, **more: Any) -> Done:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home_folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(partywall.__file__).parents[1]),
        }
        become = self._become if ROOT else None
        return super().call(*words, code=code, env=environment, preexec_fn=become, **more)

    def _become(self) -> None:
        source = Path(partywall.__file__).parents[1]
        places = (self.folder, self.home_folder, sys.prefix, sys.base_prefix, source)
        view.enter(SOMEBODY, map(str, places), self.scratch)
        launch.drop(SOMEBODY)
        os.chdir("/")
