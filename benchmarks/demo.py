"""The reference app in a folder of its own, up, and removed at the end."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from benchmarks.commands import PARTYWALL, run

MAKAPIX = Path(__file__).parents[1] / "examples" / "makapix"
_COMMONS = "PARTYWALL_COMMONS"


class Demo:
    """An installation of the reference app."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / ".partywall"
        self.commons = folder.parent / "commons"
        """Where the edge is, with an engine that has one for all projects of the machine."""

    def call(self, *words: str) -> None:
        """One verb."""
        run((PARTYWALL, "-C", str(self.folder), *words))

    def document(self, *words: str) -> dict[str, Any]:
        """What a verb says as JSON; a check that fails says it as well.

        Raises:
            RuntimeError: when it says nothing.
        """
        command = (PARTYWALL, "-C", str(self.folder), *words, "--json")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.stdout:
            raise RuntimeError(f"`{' '.join(words)}` ended with {done.returncode}: {done.stderr}")
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def settings(self, **changes: object) -> None:
        """Change keys of `partywall.yaml`."""
        path = self.folder / "partywall.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))


@contextlib.contextmanager
def standing() -> Iterator[Demo]:
    """Both environments up, with data; destroyed at the end, whatever happened."""
    with _copied() as demo:
        demo.call("up", "--yes")
        yield demo


@contextlib.contextmanager
def placed(**settings: object) -> Iterator[Demo]:
    """Nothing stands yet, and the edge is its own; removed with its trash, whatever happened."""
    with _copied() as demo:
        former = os.environ.get(_COMMONS)
        os.environ[_COMMONS] = str(demo.commons)
        demo.settings(**settings)
        try:
            yield demo
        finally:
            _remove(demo)
            os.environ.pop(_COMMONS)
            os.environ.update({} if former is None else {_COMMONS: former})


@contextlib.contextmanager
def _copied() -> Iterator[Demo]:
    place = Path(tempfile.mkdtemp(prefix="partywall-bench-"))
    demo = Demo(place / "makapix")
    ignored = shutil.ignore_patterns(".partywall", ".env.*[!e]", "__pycache__")
    shutil.copytree(MAKAPIX, demo.folder, ignore=ignored)
    try:
        yield demo
    finally:
        _remove(demo)


def _remove(demo: Demo) -> None:
    """Nothing is left; where something could not be removed, the folder that knows it stays."""
    if not demo.folder.exists():
        return
    if demo.home.exists():
        demo.call("destroy", "--all", "--yes")
        demo.call("trash", "empty", "--yes")
    shutil.rmtree(demo.folder.parent)
