"""File systems of a test's own, and an app with a pool; `close` leaves no mount or loop device."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from partywall.execution import pool as record
from partywall.execution.pool import Pool
from partywall.workflows.opening import Where, open_project
from partywall.workflows.pool import ground as grounds
from partywall.workflows.project import Project
from scenarios.installation import until

OTHERS = "# somebody's own table\n/dev/sdz9 /mnt/elsewhere ext4 noauto 0 0\n"
COMPOSE = "services:\n  db:\n    image: postgres:16\n"
SETTINGS = "project: pooled\nengine: embedded\n"
_SECONDS = 120.0


class Ground:
    """One app; its table of mounts is a file beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "my app"
        self.folder.mkdir()
        (self.folder / "compose.yaml").write_text(COMPOSE)
        (self.folder / "partywall.yaml").write_text(SETTINGS)
        self.fstab = folder / "fstab"
        self.fstab.write_text(OTHERS)
        self.home = self.folder / ".partywall"
        self.pool = self.home / "pool"
        self.image = self.home / "pool.img"

    def call(self, *words: str, code: int = 0) -> str:
        """What a command line says, both streams; its exit code must be `code`."""
        done = self._run([sys.executable, "-m", "partywall", *self._words(*words)])
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        assert "Traceback" not in said
        return " ".join(said.split())

    def document(self, *words: str) -> Any:
        """The document of a verb."""
        return json.loads(
            self._run([sys.executable, "-m", "partywall", *self._words(*words), "--json"]).stdout
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command line under way."""
        command = [sys.executable, "-m", "partywall", *self._words(*words)]
        return subprocess.Popen(
            command, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def killed(self, script: str, *words: str) -> None:
        """A command line in a process in which a script has laid a trap."""
        rest = "import sys\nfrom partywall.cli.main import main\nsys.exit(main(sys.argv[1:]))"
        code = f"{script}\n{rest}"
        done = self._run([sys.executable, "-c", code, *self._words(*words)])
        assert done.returncode == -9, (done.returncode, done.stdout, done.stderr)

    @property
    def environ(self) -> dict[str, str]:
        """Of every command line."""
        return {**os.environ, grounds.VARIABLE: str(self.fstab)}

    @property
    def project(self) -> Project:
        """The project, opened anew, in this process."""
        return open_project(Where(folder=self.folder))

    @property
    def recorded(self) -> Pool | None:
        """What is on disk of the pool."""
        return record.read(self.home)

    def loops(self) -> list[str]:
        """Loop devices of the image."""
        said = run("losetup", "-j", str(self.image), code=None)
        return [line.partition(":")[0] for line in said.splitlines()]

    def reboot(self) -> None:
        """What a restart of the machine does to mounts and loop devices."""
        run("umount", str(self.pool))
        for one in self.loops():
            run("losetup", "-d", one, code=None)
        # The kernel lets go of one when it has given back what was removed in it.
        until(lambda: not self.loops(), what="no loop device is left")
        assert not os.path.ismount(self.pool)
        assert list(self.pool.iterdir()) == []

    def gone(self) -> bool:
        """Whether nothing of a pool is left."""
        left = self.image.exists() or self.pool.exists() or self.recorded is not None
        until(lambda: left or not self.loops(), what="no loop device is left")
        return not left and self.fstab.read_text() == OTHERS

    def close(self) -> None:
        """Unmount and detach what is still there."""
        while os.path.ismount(self.pool):
            run("umount", str(self.pool))
        for one in self.loops():
            run("losetup", "-d", one, code=None)

    def _words(self, *words: str) -> list[str]:
        return ["-C", str(self.folder), *words]

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_SECONDS, check=False,
        )  # fmt: skip


def run(*words: str, code: int | None = 0) -> str:
    """What a program prints."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert code is None or done.returncode == code, (words, done.stderr)
    return done.stdout.strip()


@contextlib.contextmanager
def disk(folder: Path, size: int) -> Iterator[str]:
    """A device of its own."""
    file = folder / "disk"
    file.touch()
    os.truncate(file, size)
    device = run("losetup", "--find", "--show", str(file))
    try:
        yield device
    finally:
        run("losetup", "-d", device, code=None)


@contextlib.contextmanager
def small(folder: Path, size: str) -> Iterator[Path]:
    """A folder on a small disk."""
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        run("umount", str(folder))


@contextlib.contextmanager
def mounted(folder: Path, kind: str, size: int) -> Iterator[Path]:
    """A file system of this kind in a file below a folder, mounted while the block runs."""
    image, point = folder / f"{kind}.img", folder / kind
    image.touch()
    os.truncate(image, size)
    run(f"mkfs.{kind}", "-q", str(image))
    point.mkdir()
    run("mount", "-o", "loop,noatime", str(image), str(point))
    point.chmod(0o755)
    try:
        yield point
    finally:
        run("umount", str(point))
