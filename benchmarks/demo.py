"""The reference app in a folder of its own, up, and removed at the end."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import PARTYWALL, run

MAKAPIX = Path(__file__).parents[1] / "examples" / "makapix"


class Demo:
    """An installation of the reference app."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / ".partywall"

    def call(self, *words: str) -> None:
        """One verb."""
        run((PARTYWALL, "-C", str(self.folder), *words))


@contextlib.contextmanager
def standing() -> Iterator[Demo]:
    """Both environments up, with data; destroyed at the end, whatever happened."""
    place = Path(tempfile.mkdtemp(prefix="partywall-bench-"))
    demo = Demo(place / "makapix")
    ignored = shutil.ignore_patterns(".partywall", ".env.*[!e]", "__pycache__")
    shutil.copytree(MAKAPIX, demo.folder, ignore=ignored)
    try:
        demo.call("up", "--yes")
        yield demo
    finally:
        if demo.home.exists():
            demo.call("destroy", "--all", "--yes")
        shutil.rmtree(place)
