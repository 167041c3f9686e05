"""A Docker Engine of a test's own, which may be stopped, killed and filled: nobody else uses it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scenarios.boxes import docker
from scenarios.installation import until

_NEW_NETWORKS = 0x40000000
"""CLONE_NEWNET of sched.h."""
_SECONDS = 30.0
_LONG = 60.0
"""An engine gives each container ten seconds, and its containerd fifteen more."""
_GRACE = 10.0


class PrivateEngine:
    """Its data, its run folder, its socket; networks and firewall are the test's own, too.

    A second engine in the machine's own network would take the first one's firewall rules away.
    """

    def __init__(self, place: Path, data: Path) -> None:
        self.socket = place / "s"
        self._place = place
        self._run = place / "run"
        self._data = data
        self._log = place / "log"
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen(
                [
                    "dockerd", "--log-level=warn", "--bridge=none",
                    f"--data-root={self._data}", f"--exec-root={self._run}",
                    f"--pidfile={self._run}.pid", f"--host=unix://{self.socket}",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(self._answers, _SECONDS, "the private engine answers")

    def stop(self) -> None:
        """Ask it to end; its containers end with it.

        The keeper of a container that was just being started may stay behind: it is killed after
        a while, as a service manager kills what is left of a service that has ended.
        """
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(_LONG)
            self._daemon = None
            with contextlib.suppress(AssertionError):
                until(lambda: not self._keepers(), _GRACE)
            _kill([*self._keepers(), *_below(self._keepers())])

    def crash(self) -> None:
        """Kill it and all that it started, as when the power goes; leave no run folder."""
        assert self._daemon is not None
        own = self._family()
        self._daemon.kill()
        self._daemon.wait()
        _kill(own)
        self._daemon = None
        self.clear()

    def clear(self) -> None:
        """What a reboot takes: mounts, and the run folder."""
        for line in reversed(Path("/proc/mounts").read_text().splitlines()):
            place = line.split()[1]
            if place.startswith((f"{self._place}/", f"{self._data}/")):
                subprocess.run(["umount", "-l", place], check=True)
        shutil.rmtree(self._run, ignore_errors=True)
        Path(f"{self._run}.pid").unlink(missing_ok=True)

    def take(self, *images: str) -> None:
        """Have these images of the machine's own engine."""
        with subprocess.Popen(
            ["docker", "--host", "unix:///var/run/docker.sock", "save", *images],
            stdout=subprocess.PIPE,
        ) as given:
            subprocess.run(
                ["docker", "--host", f"unix://{self.socket}", "load", "--quiet"],
                stdin=given.stdout, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip

    def _answers(self) -> bool:
        assert self._daemon is not None
        assert self._daemon.poll() is None, self._log.read_text()[-2000:]
        asked = ["docker", "--host", f"unix://{self.socket}", "version"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def _family(self) -> list[int]:
        """Its containerd, the keepers of its containers, and their programs."""
        running = docker("ps", "-q")
        programs = docker("inspect", "-f", "{{.State.Pid}}", *running) if running else []
        return [*self._keepers(), *map(int, programs)]

    def _keepers(self) -> list[int]:
        """All who were told of its run folder."""
        mark = str(self._run).encode()
        return [pid for pid in _pids() if mark in _command(pid)]


@contextlib.contextmanager
def private_engine(data: Path | None = None) -> Iterator[PrivateEngine]:
    """An engine in networks of its own, which all commands of this thread mean by then."""
    place = Path(tempfile.mkdtemp(prefix="pw-"))
    engine = PrivateEngine(place, data or place / "data")
    before = os.environ.get("DOCKER_HOST")
    with _own_networks():
        try:
            engine.start()
            os.environ["DOCKER_HOST"] = f"unix://{engine.socket}"
            yield engine
        finally:
            engine.stop()
            engine.clear()
            os.environ.pop("DOCKER_HOST")
            os.environ.update({} if before is None else {"DOCKER_HOST": before})
    shutil.rmtree(place)


@contextlib.contextmanager
def _own_networks() -> Iterator[None]:
    """A network namespace for this thread and what it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    former = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _done(libc.unshare(_NEW_NETWORKS))
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        yield
    finally:
        _done(libc.setns(former, _NEW_NETWORKS))
        os.close(former)


def _done(answer: int) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _pids() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(_alive, pids)), _SECONDS, "everything of it is dead")


def _below(pids: list[int]) -> list[int]:
    """Their children, and the children of these."""
    own = [one for pid in pids for one in _children(pid)]
    return [*own, *_below(own)] if own else []


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        lists = [one.read_text() for one in Path(f"/proc/{pid}/task").glob("*/children")]
        return [int(one) for one in " ".join(lists).split()]
    return []


def _alive(pid: int) -> bool:
    return bool(_command(pid))
