"""Starting, stopping and waiting for programs of the supervisor."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from partywall.axes import flags
from partywall.engines.embedded import attached, waiting
from partywall.engines.embedded.folders import make_bound, make_lent, make_own, remove
from partywall.engines.embedded.places import supervised_name
from partywall.engines.embedded.preparing import prepare
from partywall.engines.embedded.programs import ANONYMOUS, Programs
from partywall.engines.embedded.supervise import control, placeholders
from partywall.engines.embedded.supervise.failure import SupervisionError
from partywall.engines.embedded.supervise.program import Account, Program
from partywall.engines.embedded.supervise.state import State
from partywall.interfaces import Clock, SecretStore
from partywall.model.app import Role
from partywall.model.errors import MachineFailed, Place
from partywall.model.secret import resolve
from partywall.model.world import Entry, Instance, Job, Key, environment_of
from partywall.system import access
from partywall.system.files import make_folder

_LOOK_EVERY = 0.01
_READ_EVERY = 0.1
"""What is written of a program is read again when it changed, and this often all the same."""
_LAST_LINES = 8
_LAST_BYTES = 8192


class Running:
    """Programs of one project."""

    def __init__(self, programs: Programs, secrets: SecretStore, clock: Clock) -> None:
        self._programs = programs
        self._secrets = secrets
        self._clock = clock
        self._run = programs.places.run
        self._marks: dict[Key, int] = {}
        """Where each log ended before the latest start."""
        self._bound: dict[Key, list[Path]] = {}
        """The places of the host that each program may write to."""

    def start(self, entry: Entry) -> Program:
        """Hand it to the supervisor, with its folders made and its preparation done.

        Raises:
            MachineFailed: when the preparation fails or the supervisor does not answer.
        """
        program = self._programs.program(entry)
        places = self._programs.places
        make_own(places.own(entry.thing.key), program.account, places.home)
        self._bind(entry, program.account)
        self._attach(entry, program.account)
        log = places.log(entry.thing.key)
        make_folder(log.parent)
        self._marks[entry.thing.key] = log.stat().st_size if log.exists() else 0
        if isinstance(entry.thing, Instance):
            if not any(mount.kind == "volume" for mount in entry.thing.mounts):
                make_own(places.own(entry.thing.key) / ANONYMOUS, program.account, places.home)
            self._prepare(entry.thing, program)
        supervised(lambda: control.want(self._run, program))
        return program

    def stop(self, key: Key) -> None:
        """End it and forget it; its log and its address stay."""
        supervised(lambda: control.forget(self._run, _name(key)))
        remove(self._programs.places.own(key))
        remove(self._programs.places.attached(key))

    def ended_well(self, key: Key) -> bool:
        """Whether it is over, as it was last described, and said that all is well."""
        found = control.state(self._run, _name(key))
        return found.succeeded and not found.stale

    def pause(self, key: Key) -> None:
        """End it, to be started again."""
        supervised(lambda: control.unwant(self._run, _name(key)))

    def until(self, thing: Instance | Job, ready: Callable[[State], bool]) -> State:
        """Wait until it is as it should be.

        Raises:
            MachineFailed: when it keeps crashing, is unhealthy or takes too long; with its last
                words.
        """
        key = thing.key
        first = control.state(self._run, _name(key))
        health = first.program.health if first.program else None
        seconds = waiting.patience(health, once=isinstance(thing, Job))
        deadline = self._clock.now() + seconds
        while True:
            written = control.written(self._run, _name(key))
            state = control.state(self._run, _name(key))
            if ready(state):
                return state
            if found := waiting.trouble(thing, first, state):
                raise self.unwell(key, *found)
            if self._clock.now() > deadline:
                raise self.unwell(key, *waiting.too_late(thing, state, seconds))
            self._changed(key, written)

    def _changed(self, key: Key, written: tuple[int, ...]) -> None:
        """Wait until something new is written of a program, a moment at most."""
        until = self._clock.now() + _READ_EVERY
        while self._clock.now() < until and control.written(self._run, _name(key)) == written:
            self._clock.sleep(_LOOK_EVERY)

    def unwell(self, key: Key, why: str, remedy: str = "") -> MachineFailed:
        """The error for an instance that does not do what it should."""
        log = self._programs.places.log(key)
        environment, _, name = key.partition("/")
        remedies = (
            remedy,
            self._closed(environment),
            self._unwritable(key, environment),
            f"`partywall logs {environment} {name.rpartition('/')[2]}` shows more",
        )
        return MachineFailed(
            f"{key}: {why}",
            detail=self._masked(environment, last_lines(log, self._marks.get(key, 0))),
            where=Place(str(log)),
            remedy="; ".join(one for one in remedies if one),
        )

    def _closed(self, environment: str) -> str:
        """What to do where the environment's own user cannot read the project at all."""
        if self._programs.account(environment) is None:
            return ""
        found = access.closed(self._programs.places.project)
        if found is None or not found.whole:
            return ""
        return f"its user cannot read {found.what}: {found.remedy} opens it"

    def _unwritable(self, key: Key, environment: str) -> str:
        """What to do where the environment's own user cannot write into a bound folder."""
        account = self._programs.account(environment)
        found = [access.shut_out(path, account.uid) for path in self._bound.get(key, ()) if account]
        return "; ".join(f"{one.what}: {one.remedy} gives it to them" for one in found if one)

    def _masked(self, environment: str, lines: list[str]) -> list[str]:
        """A program may write its secrets into its log; an error goes to other eyes."""
        path = self._programs.places.secrets(environment)
        try:
            secrets = placeholders.read(str(path) if path.exists() else "")
        except SupervisionError:  # what cannot be masked is not shown
            return []
        return [placeholders.mask(line, secrets) for line in lines]

    def _bind(self, entry: Entry, account: Account | None) -> None:
        """Make the folders of the host that are missing."""
        thing = entry.thing.instance if isinstance(entry.thing, Job) else entry.thing
        assert isinstance(thing, Instance)  # noqa: S101  (performers get their own kind)
        self._bound[entry.thing.key] = self._programs.bound(thing)
        for path in self._bound[entry.thing.key]:
            make_bound(path, account)
        if thing.role is Role.FLAGS:
            home, paths = self._programs.places.home, self._programs.paths(thing)
            make_lent(Path(paths[flags.SERVED]), account, home)
            make_own(Path(paths[flags.COUNTS]), account, home)

    def _attach(self, entry: Entry, account: Account | None) -> None:
        """Write the files of its secrets and configs."""
        thing = entry.thing.instance if isinstance(entry.thing, Job) else entry.thing
        assert isinstance(thing, Instance)  # noqa: S101  (performers get their own kind)
        places, environment = self._programs.places, environment_of(entry.thing.key)
        contents = {
            one.target: attached.content(
                one, places.resolve, lambda ref: self._secrets.value(environment, ref)
            )
            for one in thing.attachments
        }
        attached.lay(places.attached(entry.thing.key), contents, account, places.home)

    def _prepare(self, instance: Instance, program: Program) -> None:
        first = self._programs.preparation(instance)
        if first is None or first.unless.exists():
            return
        environment = environment_of(instance.key)
        text = resolve(first.text, lambda ref: self._secrets.value(environment, ref))
        prepare(self._programs.places.home, program, first, text)


def last_lines(log: Path, since: int = 0) -> list[str]:
    """The last different lines of a log after a position; empty when there are none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since if since <= size else 0, size - _LAST_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return list(dict.fromkeys(reversed(lines)))[:_LAST_LINES][::-1]


def _name(key: Key) -> str:
    return f"{environment_of(key)}/{supervised_name(key)}"


def supervised(act: Callable[[], object]) -> None:
    """Do something with the supervisor; its errors become ours."""
    try:
        act()
    except SupervisionError as error:
        raise MachineFailed(error.what, remedy=error.remedy or "run `partywall doctor`") from error
