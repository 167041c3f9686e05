"""A project in a folder of its own, driven by the command line as its user would drive it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import yaml

from partywall.engines.embedded.allocations import Allocated
from partywall.engines.embedded.places import supervised_name
from partywall.engines.embedded.supervise import companion, control, ending, processes
from partywall.engines.embedded.supervise.processes import Process
from partywall.execution import history, state
from partywall.execution.lock import Locks
from partywall.model.world import Instance, World, environment_of
from partywall.workflows.opening import Where, open_project

APPS = Path(__file__).with_name("apps")
MAKAPIX = Path(__file__).parents[2] / "examples" / "makapix"
CLI = (sys.executable, "-m", "partywall")
SECONDS = 240.0
"""Nothing takes nearly as long; a machine that is very busy may."""


def until(is_so: Callable[[], object], seconds: float = 60.0, what: str = "") -> None:
    """Poll until a condition holds; fail after the deadline."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds} s: {what or is_so}"
        time.sleep(0.05)


def kill(process: Process | None) -> None:
    """Kill -9 exactly this process and wait until the kernel has done it."""
    if process is None:
        return
    with contextlib.suppress(ProcessLookupError):
        held = os.pidfd_open(process.pid)
        try:
            if processes.alive(process):
                signal.pidfd_send_signal(held, signal.SIGKILL)
        finally:
            os.close(held)
    until(lambda: not processes.alive(process), what=f"{process} is dead")


def at_rest(home: Path) -> bool:
    """Whether nothing is half done there, and nobody is at it."""
    locks = Locks(home)
    names = [path.stem for path in (home / "locks").glob("*.lock")]
    return history.unfinished(home) is None and not any(map(locks.holder, names))


class Done(msgspec.Struct, frozen=True):
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything that it said."""
        return self.out + self.err


class Installation:
    """One project folder; `close` removes everything of it and looks that it is gone."""

    def __init__(self, source: Path, folder: Path, settings: Mapping[str, Any] | None = None):
        ignored = shutil.ignore_patterns(".partywall", ".env*", "__pycache__")
        shutil.copytree(source, folder, ignore=ignored)
        self.folder = folder
        self.home = folder / ".partywall"
        self.run = self.home / "run"
        self.http_port, https = free_ports()
        edge = {"tls": "off", "http": self.http_port, "https": https}
        given = yaml.safe_load((folder / "partywall.yaml").read_text())
        (folder / "partywall.yaml").write_text(
            yaml.safe_dump({**given, "edge": edge, **(settings or {})}, sort_keys=False)
        )
        self.project = str({**given, **(settings or {})}["project"])

    # What a user types.

    def call(self, *words: str, code: int | None = 0, **more: Any) -> Done:
        """Run the command line; its exit code must be `code`, unless that is None."""
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
            **more,
        )
        said = Done(done.returncode, done.stdout, done.stderr)
        # A program's own last words stand behind a bar.
        own = [line for line in said.text.splitlines() if not line.lstrip().startswith("|")]
        assert "Traceback" not in "\n".join(own), said.text
        assert code is None or said.code == code, f"{words}: {said.code}\n{said.text}"
        return said

    def command(self, *words: str) -> list[str]:
        """The argument list of a command line."""
        return [*CLI, "-C", str(self.folder), *words]

    def steps(self, *words: str) -> dict[str, tuple[str, str]]:
        """Key → action and cause of every step in the document of a verb."""
        document = json.loads(self.call(*words, "--json").out)
        assert document["changes"] == len(document["steps"])
        return {step["key"]: (step["action"], step["why"]) for step in document["steps"]}

    def document(self, *words: str, code: int | None = 0) -> Any:
        """The document of a verb."""
        return json.loads(self.call(*words, "--json", code=code).out)

    # What is there.

    @property
    def id(self) -> str:
        """The id that its processes are marked with; empty while there is none."""
        found = state.read(self.home)
        return found.project_id if found else ""

    def world(self) -> World:
        """Everything that is observed."""
        return open_project(Where(folder=self.folder)).observer.observe()

    def becomes(self, world: World, seconds: float = 60.0) -> None:
        """Wait until everything is as it was in a world; fail with what differs."""
        deadline = time.monotonic() + seconds
        while found := self._differs(world):
            assert time.monotonic() < deadline, found
            time.sleep(0.1)

    def _differs(self, world: World) -> dict[str, Any]:
        now = self.world()
        keys = now.entries.keys() | world.entries.keys()
        pairs = {key: (world.entries.get(key), now.entries.get(key)) for key in sorted(keys)}
        found: dict[str, Any] = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
        return found | ({"unknown": now.unknown} if now.unknown != world.unknown else {})

    def marked(self) -> list[tuple[str, Process]]:
        """Every living process with this project's mark, with its key."""
        return processes.find_marked(self.id) if self.id else []

    def watchers(self) -> list[Process]:
        """Every living supervisor and guardian of this folder."""
        run = str(self.run).encode()
        found = []
        for pid in processes.pids():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if run in words and any(word.endswith(b"/start.py") for word in words):
                    found.append(processes.identify(pid))
        return [process for process in found if process and processes.alive(process)]

    def process(self, key: str) -> Process | None:
        """The main process of an instance."""
        name = f"{environment_of(key)}/{supervised_name(key)}"
        found = control.state(self.run, name)
        return found.process if found.running else None

    def processes(self, environment: str) -> dict[str, Process | None]:
        """The main processes of an environment."""
        found = control.states(self.run).values()
        return {one.key: one.process for one in found if environment_of(one.key) == environment}

    def healthy(self, environment: str = "") -> bool:
        """Whether everything described runs and is well, and is watched by both watchers."""
        states = control.states(self.run)
        mine = [one for key, one in states.items() if key.startswith(environment)]
        supervisor, guardian = control.supervisor(self.run), companion.recorded(self.run)
        watched = supervisor and guardian and supervisor != guardian
        checked = [one.program is not None and one.program.health is not None for one in mine]
        return bool(watched and mine) and all(
            one.running and (one.healthy is True or not check)
            for one, check in zip(mine, checked, strict=True)
        )

    def alive(self) -> set[Process]:
        """Every living process of this folder, the watchers left out.

        By mark, working folder and arguments: some servers write over what they were started with.
        """
        found = {process for _, process in self.marked()}
        for pid in processes.pids():
            with contextlib.suppress(OSError):
                here = Path(f"/proc/{pid}/cwd").readlink()
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
                if here.is_relative_to(self.folder) or str(self.folder).encode() in words:
                    found |= {processes.identify(pid)} - {None}  # type: ignore[operator]
        watching = set(self.watchers())
        return {one for one in found - watching if processes.alive(one)}

    def assert_clean(self) -> None:
        """Everything that runs is in the state, once, and exactly two processes watch over it."""
        world = self.world()
        wanted = {key for key, entry in world.entries.items() if isinstance(entry.thing, Instance)}
        until(lambda: not self._strays(wanted), what=f"only {wanted} run: {self._strays(wanted)}")
        until(lambda: len(self.watchers()) == (2 if wanted else 0), what="watched by two")
        assert all(self.process(key) for key in wanted), wanted
        # A health check under way carries a mark too, for the moment that it takes.
        until(lambda: {key for key, _ in self.marked()} <= wanted, what="marks of what is wanted")

    def _strays(self, wanted: Iterable[str]) -> set[Process]:
        """What is alive and belongs to no main process that the state knows."""
        leaders = [leader for key in wanted if (leader := self.process(key))]
        known = {member for leader in leaders for member in processes.family(leader)}
        return {one for one in self.alive() - known if processes.alive(one)}

    def tree(self) -> dict[str, str]:
        """Path → digest of everything kept about the installation, its data left out."""
        left_out = ("data", "logs", "own", "edge/logs", "edge/storage")
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder)
            inner = str(name).removeprefix(".partywall/")
            kept = not inner.startswith(left_out) and "__pycache__" not in name.parts
            if kept and path.is_file():
                found[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    # What its files say.

    def env(self, environment: str) -> dict[str, str]:
        """The variables in an environment's own env file."""
        lines = (self.folder / f".env.{environment}").read_text().splitlines()
        pairs = (line.partition("=") for line in lines if "=" in line and line[0] != "#")
        return {name: value.strip("'\"") for name, _, value in pairs}

    def set_env(self, environment: str, name: str, value: str | None) -> None:
        """Write a variable into an environment's own env file, or take it out with None."""
        path = self.folder / f".env.{environment}"
        lines = [line for line in path.read_text().splitlines() if not line.startswith(f"{name}=")]
        path.write_text("\n".join([*lines, *([f"{name}={value}"] if value is not None else [])]))

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one text in a file of the project."""
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def vault(self, environment: str, name: str) -> Path:
        """A file in an environment's vault."""
        return self.home / "data" / environment / "vault" / name

    # What it answers.

    def address(self, key: str) -> tuple[str, int]:
        """Where an instance listens."""
        data = (self.home / "allocations.json").read_bytes()
        found = msgspec.json.decode(data, type=Allocated).addresses[key]
        return found.host, next(iter(found.ports.values()))

    def query(self, environment: str, sql: str, password: str | None = None) -> list[Any]:
        """Ask an environment's database as its owner."""
        host, port = self.address(f"{environment}/db")
        given = self.env(environment)["POSTGRES_PASSWORD"] if password is None else password
        with psycopg.connect(
            host=host, port=port, dbname=self.project, user=self.project, password=given,
            connect_timeout=20, autocommit=True,
        ) as connection:  # fmt: skip
            cursor = connection.execute(sql)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def get(self, host: str, path: str = "/", *, password: str = "") -> tuple[int, str]:
        """Ask the edge for a page; status 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=20)
        headers = {"Host": f"{host}:{self.http_port}"}
        if password:
            headers["Authorization"] = f"Basic {b64encode(f'dev:{password}'.encode()).decode()}"
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def page(self, environment: str) -> str:
        """The first page of an environment, as a visitor who knows the password sees it."""
        host = f"{self.project}.localhost"
        if environment == "prod":
            return self.get(host)[1]
        password = self.env(environment)["PARTYWALL_PASSWORD"]
        return self.get(f"{environment}.{host}", password=password)[1]

    # The end.

    def close(self) -> None:
        """Remove everything, and see that nothing of it lives."""
        try:
            if self.id:
                self.call("destroy", "--all", "--yes")
                until(lambda: not self.left(), what="nothing lives")
        finally:
            if self.left():
                self.reboot()
            shutil.rmtree(self.folder, ignore_errors=True)

    def left(self) -> Sequence[Process]:
        """What still lives, watchers first so that nothing is started again."""
        return [*self.watchers(), *self.alive()]

    def reboot(self) -> None:
        """Kill everything at once, as a power cut would; every file stays as it is."""
        ending.send_all(self.watchers(), signal.SIGSTOP)  # or one would take the other's place
        ending.send_all(self.left(), signal.SIGKILL)
        until(lambda: not self._again(), what="everything is dead")

    def _again(self) -> Sequence[Process]:
        """What was being started while the rest was killed, killed as well."""
        left = self.left()
        ending.send_all(left, signal.SIGKILL)
        return left


@contextlib.contextmanager
def tiny(folder: Path, **settings: Any) -> Iterator[Installation]:
    """The small app, not yet up."""
    installation = Installation(APPS / "tiny", folder / "tiny", settings)
    try:
        yield installation
    finally:
        installation.close()


@contextlib.contextmanager
def makapix(folder: Path) -> Iterator[Installation]:
    """The reference app, not yet up."""
    installation = Installation(MAKAPIX, folder / "makapix")
    try:
        yield installation
    finally:
        installation.close()


def free_ports() -> tuple[int, int]:
    """Two, below those that the kernel gives to callers, so that none takes them meanwhile."""
    found: list[int] = []
    while len(found) < 2:
        port = random.randint(10_000, 32_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            found.append(port)
    return found[0], found[1]
