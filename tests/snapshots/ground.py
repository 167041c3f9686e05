"""File systems of a test's own, each in a file."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path


def run(*words: str) -> str:
    """What a program of the machine says; it must get through."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@contextlib.contextmanager
def mounted(folder: Path, kind: str, size: str) -> Iterator[Path]:
    """A file system of this kind in a file below a folder, mounted while the block runs."""
    image, point = folder / f"{kind}.img", folder / kind
    image.touch()
    os.truncate(image, int(run("numfmt", "--from=iec", size)))
    run(f"mkfs.{kind}", "-q", str(image))
    point.mkdir()
    run("mount", "-o", "loop,noatime", str(image), str(point))
    point.chmod(0o755)
    try:
        yield point
    finally:
        run("umount", str(point))
