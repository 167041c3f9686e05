"""Servers on copies of data, as processes that outlive us and end by themselves in time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from partywall.engines.embedded import inside
from partywall.engines.embedded.allocations import Address
from partywall.engines.embedded.names import in_text, localise
from partywall.engines.embedded.programs import Programs
from partywall.engines.embedded.running import last_lines
from partywall.engines.embedded.servers import postgres
from partywall.engines.embedded.servers.setup import base_path
from partywall.engines.embedded.supervise import control, ending, processes
from partywall.engines.embedded.supervise.processes import Process
from partywall.engines.embedded.supervise.program import Program, folder_of, save
from partywall.interfaces import Completed, Door, Errand, Throwaway, Writing
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Instance, Key
from partywall.system import piping, running, streaming
from partywall.system.decoding import decode
from partywall.system.files import failed, make_folder, read_bytes, write_atomically
from partywall.system.git import remove_tree

UNBOUNDED = (
    "without Docker a server on a copy is not held to its memory and its processors, "
    "and stands on loopback, where only its password keeps others out"
)
_UNIT = "throwaway"
_PROCESS = "process.json"
_GRACE = 30
"""Seconds from the request to end to the end by force."""
_POLITE = ("nice", "-n", "10")
"""Production comes first."""
_PAUSE = 0.02


class EmbeddedThrowaways:
    """Each is a process of a user of its own, known by the mark in its environment."""

    unbounded = UNBOUNDED

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._base = programs.places.home / "throwaways"

    def place(self, instance: Key, path: str) -> Path | None:
        """The same path: programs see this machine's files where they are."""
        del instance
        return Path(path) if os.access(path, os.R_OK | os.X_OK) else None

    def owner(self, like: Instance, data: Path) -> int | None:
        """As root one user for all of them, who is nobody else's."""
        del like, data
        account = self._programs.throwaway_account()
        return account.uid if account else None

    def start(self, wanted: Throwaway) -> Door:
        """Start it as a session of its own.

        Raises:
            MachineFailed: when it cannot be started.
        """
        address = self._programs.allocations.settle(_address(wanted.name), (postgres.PORT,))
        door = Door(host=address.host, port=address.ports[postgres.PORT])
        program = self._program(wanted.name, wanted.data)
        save(self._base, program)
        words = (
            *("timeout", "--signal=INT", f"--kill-after={_GRACE}", f"{wanted.seconds:.0f}"),
            *postgres.throwaway(wanted.data, door, wanted.settings),
        )
        self._launch(program, [*_POLITE, *words])
        return door

    def initialise(self, wanted: Throwaway, words: Sequence[str], password: Secret) -> None:
        """Run `initdb` as the user of throwaway servers.

        Raises:
            MachineFailed: when it fails.
        """
        make_folder(wanted.data)
        program = self._program(wanted.name, wanted.data)
        if program.account is not None:
            os.chown(wanted.data, program.account.uid, program.account.gid)
        done = inside.run(
            self._base,
            program,
            postgres.initialised(wanted.data, words),
            give={},
            text=f"{password.reveal()}\n",
            seconds=wanted.seconds,
        )
        if done.code:
            said = (done.err.strip() or done.out.strip()).splitlines()
            raise MachineFailed("no cluster could be made like the original", detail=said[-5:])

    def save(self, writing: Writing) -> Completed:
        """Run a program of the wheel as their user; raises as `piping.save` does."""
        program = self._program(writing.name, self._programs.places.project)
        save(self._base, program)
        words = [postgres.tool(word) for word in writing.command]
        try:
            return piping.save(
                control.inside(self._base, program.key, words),
                writing.file,
                text=f"{writing.text.reveal()}\n",
                environment={},
            )
        finally:
            remove_tree(folder_of(self._base, program.key))

    def feed(
        self, server: str, command: Sequence[str], file: Path, environment: Mapping[str, str]
    ) -> Completed:
        """Run a program of the wheel as a server's user; raises as `piping.feed` does."""
        words = [postgres.tool(word) for word in command]
        entering = control.inside(self._base, f"{_UNIT}/{server}", words, tuple(environment))
        return piping.feed(entering, file, environment=environment)

    def running(self) -> frozenset[str]:
        """Those whose first process is there, which ends the others."""
        folders = (self._base / _UNIT).glob("*")
        return frozenset(one.name for one in folders if processes.alive(_leader(one)))

    def words(self, name: str) -> list[str]:
        """The end of its log."""
        return last_lines(self._log(name))

    def stop(self, name: str) -> None:
        """Ask it to end, wait, and forget it."""
        self._end(name, signal.SIGINT)

    def kill(self, name: str) -> None:
        """End all of it at once."""
        self._end(name, signal.SIGKILL)

    def tidy(self) -> None:
        """Remove their folder."""
        if not self.running():
            remove_tree(self._base)

    def run(self, server: str, errand: Errand, given_up: Callable[[], bool]) -> Completed:
        """Run a command as the user of throwaway servers, in the folder of the service.

        Raises:
            MachineFailed: when it cannot be started.
        """
        like = errand.like
        program = self._program(errand.name, self._programs.places.resolve(like.folder))
        save(self._base, program)
        hosts, paths = self._hosts(server, errand), self._programs.paths(like)
        given = {**program.environment, **localise(errand.environment, hosts, paths)}
        said = errand.command or like.run or ()
        words = [postgres.tool(in_text(word, hosts, paths)) for word in said]
        try:
            return running.run(
                control.inside(self._base, program.key, words, tuple(given)),
                environment=given,
                seconds=errand.seconds,
                given_up=given_up,
            )
        finally:
            remove_tree(folder_of(self._base, program.key))

    def inside(self, server: str, command: Sequence[str], names: Sequence[str]) -> list[str]:
        """The wheel's program, as whoever calls it."""
        del server, names
        return [postgres.tool(command[0]), *command[1:]]

    def stream(
        self,
        server: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        take: Callable[[bytes], object],
    ) -> Completed:
        """Run a program with the account and the view of the server itself.

        Raises:
            MachineFailed: when it cannot be started, or the server is gone.
        """
        here = self._programs.allocations.address(_address(server))
        if here is None:
            raise MachineFailed(f"the server on the copy is gone: {server}")
        where = {"PGHOST": here.host, "PGPORT": str(here.ports[postgres.PORT])}
        given = {"PATH": base_path(), "LANG": "C.UTF-8", **environment, **where}
        words = [postgres.tool(command[0]), *command[1:]]
        return streaming.stream(
            control.inside(self._base, f"{_UNIT}/{server}", words, tuple(given)),
            environment=given,
            take=take,
        )

    def _hosts(self, server: str, errand: Errand) -> dict[str, Address]:
        """Where the names lead that its service calls: to the throwaway server, or as always."""
        here = self._programs.allocations.address(_address(server))
        like = errand.like
        known = self._programs.allocations.addresses()
        hosts = {name: known[key] for name, key in like.hosts.items() if key in known}
        if here is not None:
            hosts |= dict.fromkeys(errand.hosts, here)
        return hosts

    def _program(self, name: str, folder: Path) -> Program:
        return Program(
            key=f"{_UNIT}/{name}",
            project=self._programs.project_id,
            command=("true",),
            environment={"PATH": base_path(), "LANG": "C.UTF-8"},
            folder=str(folder),
            account=self._programs.throwaway_account(),
            reachable=(*self._programs.reachable(), str(folder)),
            log=str(self._log(name)),
            wanted=False,
        )

    def _launch(self, program: Program, words: list[str]) -> None:
        log = Path(program.log)
        make_folder(log.parent)
        try:
            with log.open("ab") as file:
                started = subprocess.Popen(
                    control.inside(self._base, program.key, words),
                    env={processes.MARK: self._mark(program.key)},  # known from its first moment
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=file,
                    start_new_session=True,  # it outlives us, and no Ctrl-C is for it
                )
        except OSError as error:
            raise failed(error, "start a server on the copy", log) from error
        if leader := processes.identify(started.pid):
            record = msgspec.json.encode(leader)
            write_atomically(folder_of(self._base, program.key) / _PROCESS, record, lasts=False)

    def _end(self, name: str, how: signal.Signals) -> None:
        deadline = time.monotonic() + _GRACE
        asked = False
        while left := self._processes(name):
            if not asked:
                ending.send_all(left if how is signal.SIGKILL else left[:1], how)
                asked = True
            elif time.monotonic() > deadline:
                ending.send_all(left, signal.SIGKILL)
            time.sleep(_PAUSE)
        remove_tree(folder_of(self._base, f"{_UNIT}/{name}"))
        with contextlib.suppress(OSError):
            self._log(name).unlink()
        # A full disk takes no record; the data, which are removed after this, are what fills it.
        with contextlib.suppress(MachineFailed):
            self._programs.allocations.forget(_address(name).partition("/")[0])

    def _processes(self, name: str) -> list[Process]:
        """All that is left of it, whoever asks the others to end first."""
        leader = _leader(folder_of(self._base, f"{_UNIT}/{name}"))
        leaders = [
            *processes.find_mark(self._mark(f"{_UNIT}/{name}")),
            *([leader] if leader else []),
        ]
        found = {one for each in leaders for one in processes.family(each)}
        return sorted(found, key=lambda one: (one.start, one.pid))

    def _mark(self, key: str) -> str:
        return f"{self._programs.project_id}:{key}#inside"

    def _log(self, name: str) -> Path:
        return self._base / "logs" / f"{name}.log"


def _leader(folder: Path) -> Process | None:
    """The first process of one; a damaged record is that of none, and the mark finds it."""
    try:
        return decode(read_bytes(folder / _PROCESS) or b"", Process)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _address(name: str) -> Key:
    return f"~{name}/server"
