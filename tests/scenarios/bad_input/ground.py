"""A folder with a small app in it, and what a command line made of it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from partywall.engines.embedded.supervise import processes
from partywall.engines.embedded.supervise.processes import Process

APP = Path(__file__).with_name("app")
CLI = (sys.executable, "-m", "partywall")
SECONDS = 120.0
LEFT = (
    *(".partywall/locks/", ".partywall/cache/"),
    *(".partywall/edge/logs/", ".partywall/logs/machine/"),
)
"""What may change at any time: locks that were held, what was read once, what servers write."""


class Said(msgspec.Struct, frozen=True):
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """What follows each `error:`, up to its remedy."""
        return re.findall(r"^error: (.*?)(?=^\S|\Z)", self.err, re.MULTILINE | re.DOTALL)

    def part(self, word: str) -> str:
        """The text of `at:` or `do:`, its lines joined."""
        found = re.search(
            rf"^  {word}: (.*?)(?=^ ? ?\S|\Z)", self.errors[0], re.MULTILINE | re.DOTALL
        )
        return " ".join(found[1].split()) if found else ""

    @property
    def what(self) -> str:
        """The error without its place and remedy, on one line."""
        return " ".join(re.split(r"^  (?:at|do|\|)", self.errors[0], flags=re.MULTILINE)[0].split())


class Ground:
    """A copy of the small app."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(APP, folder)
        self.folder = folder
        self.home = folder / ".partywall"
        self.http, self.https = free_ports(2)
        self.edit("partywall.yaml", "HTTPS", str(self.https))
        self.edit("partywall.yaml", "HTTP", str(self.http))

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file, its folders included."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one text in a file."""
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def settings(self, more: str) -> None:
        """Add lines to partywall.yaml."""
        path = self.folder / "partywall.yaml"
        path.write_text(path.read_text() + more)

    def service(self, more: str) -> None:
        """Add a whole service, or lines to the last one, to compose.yaml."""
        path = self.folder / "compose.yaml"
        path.write_text(path.read_text() + more)

    def call(
        self, *words: str, seconds: float = SECONDS, without: Sequence[str] = (), inside: str = ""
    ) -> Said:
        """Run a command line, without a terminal.

        Args:
            words: what is typed.
            seconds: after which it has failed.
            without: capabilities that it does not have.
            inside: Python that runs it, in a network of its own.
        """
        command = [*CLI, "-C", str(self.folder), *words]
        if without:
            lost = ",".join(f"-{one}" for one in without)
            command = ["setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}", "--", *command]
        if inside:
            command = ["unshare", "-n", sys.executable, "-c", inside, *command]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            check=False,
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LANG": "C.UTF-8",
                "PARTYWALL_COMMONS": os.environ["PARTYWALL_COMMONS"],
            },
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def page(self, host: str) -> str:
        """What the edge answers for a host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", "/", headers={"Host": f"{host}:{self.http}"})
            return connection.getresponse().read().decode()

    def changes(self) -> int:
        """How many steps are due."""
        return int(json.loads(self.call("plan", "--json").out)["changes"])

    def tree(self) -> dict[str, str]:
        """Path → digest of every file and name of every folder, except what may be left."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if f"{name}/".startswith(LEFT) or name == ".partywall" or "__pycache__" in name:
                continue
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        return found

    def alive(self) -> list[Process]:
        """Every living process that works in this folder or names it."""
        found = []
        for pid in processes.pids():
            with contextlib.suppress(OSError):
                here = Path(f"/proc/{pid}/cwd").readlink()
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
                if here.is_relative_to(self.folder) or str(self.folder).encode() in words:
                    one = processes.identify(pid)
                    found += [one] if one and processes.alive(one) else []
        return found

    def close(self) -> None:
        """Remove everything as a user would; what then still lives is ended and an error."""
        said = Said(0, "", "")
        if (self.home / "state.json").exists():
            said = self.call("destroy", "--all", "--yes")
        deadline = time.monotonic() + 10
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        left = self.alive()
        for process in left:
            _kill(process)
        assert said.code == 0, said.err
        assert left == []


def _kill(process: Process) -> None:
    """Exactly this process: the handle is taken before it is looked at once more."""
    with contextlib.suppress(ProcessLookupError):
        held = os.pidfd_open(process.pid)
        try:
            if processes.alive(process):
                signal.pidfd_send_signal(held, signal.SIGKILL)
        finally:
            os.close(held)


def free_ports(count: int) -> Sequence[int]:
    """Ports below those that the kernel hands out, so that nobody takes them meanwhile."""
    found: list[int] = []
    while len(found) < count:
        port = random.randint(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


@contextlib.contextmanager
def listening(port: int) -> Iterator[None]:
    """Somebody else's server on a port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield


Prepare = Callable[[Ground], object]
