"""A program as it is wanted: `<run>/<environment>/<service>/program.json` and its types."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from . import durable
from .failure import SupervisionError

Restart = Literal["always", "on-failure", "no"]
_KEY = re.compile(r"(?!\.)[A-Za-z0-9_.-]+/(?!\.)[A-Za-z0-9_.-]+")
_PLACEHOLDER = re.compile(r"__PW_SECRET_[A-Za-z0-9_]+?_V[0-9]+__")

# What a running copy cannot take over without a new start; every other field applies at once.
LAUNCH_FIELDS = (
    *("key", "project", "command", "environment", "secrets", "secret_files", "folder"),
    *("account", "reachable", "shown", "log", "once", "round"),
)


class Account(NamedTuple):
    """The unprivileged account a program runs under; it need not exist in /etc/passwd."""

    uid: int
    gid: int
    name: str


class Health(NamedTuple):
    """How to ask a program whether it is well: exactly one way of four, times in s."""

    command: tuple[str, ...] = ()
    tcp: tuple[str, int] | None = None
    http: str = ""
    unix: str = ""
    """The path of a socket."""
    interval: float = 5.0
    timeout: float = 5.0
    retries: int = 3
    start_period: float = 0.0


class Program(NamedTuple):
    """One program: what to start, as whom, where, and how to treat it.

    `environment` and `secret_files` may hold placeholders `__PW_SECRET_<NAME>_V<version>__`, which
    only the started program sees resolved. `shown` says which file it finds at which path, where it
    has a view of its own. `round` is counted by `control`: a higher one starts
    a finished or running program anew.
    """

    key: str
    project: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = {}
    secrets: str = ""
    secret_files: Mapping[str, str] = {}
    folder: str = "/"
    account: Account | None = None
    reachable: tuple[str, ...] = ()
    shown: Mapping[str, str] = {}
    log: str = "/dev/null"
    log_bytes: int = 10_000_000
    log_keep: int = 3
    stop_signal: str = "SIGTERM"
    stop_grace_seconds: float = 10.0
    restart: Restart = "always"
    once: bool = False
    health: Health | None = None
    after: tuple[str, ...] = ()
    wanted: bool = True
    labels: Mapping[str, str] = {}
    round: int = 0

    @property
    def mark(self) -> str:
        """The value of PARTYWALL_INSTANCE in the program's environment."""
        return f"{self.project}:{self.key}"

    @property
    def signal(self) -> signal.Signals:
        """The signal that asks the program to end."""
        return signal.Signals[self.stop_signal]

    def to_json(self) -> dict[str, Any]:
        """The program as JSON, the content of `program.json`."""
        value = self._asdict()
        value["health"] = self.health._asdict() if self.health else None
        value["account"] = self.account._asdict() if self.account else None
        if not self.shown:
            del value["shown"]  # earlier versions wrote none, and what runs is compared with it
        return value

    def launched(self) -> dict[str, Any]:
        """The fields a running copy was started with, in the form they have after JSON."""
        value = self.to_json()
        return {name: _plain(value[name]) for name in LAUNCH_FIELDS if name in value}


def from_json(value: Mapping[str, Any]) -> Program:
    """The program in an object like `Program.to_json` gives.

    Raises:
        SupervisionError: a field is missing, unknown or of a wrong kind.
    """
    fields = dict(value)
    try:
        for name in ("command", "reachable", "after"):
            fields[name] = tuple(fields.get(name, ()))
        fields["account"] = Account(**fields["account"]) if fields.get("account") else None
        fields["health"] = _health(fields["health"]) if fields.get("health") else None
        return checked(Program(**fields))
    except (TypeError, ValueError, KeyError) as error:
        raise SupervisionError(f"program.json is not a program: {error}") from error


def checked(program: Program) -> Program:
    """The same program, once it is known to make sense.

    Raises:
        SupervisionError: it does not.
    """
    wrong = next(_mistakes(program), None)
    if wrong:
        raise SupervisionError(f"{program.key}: {wrong}")
    return program


def folder_of(run: Path, key: str) -> Path:
    """Where the files of a key like `dev/web` live.

    Raises:
        SupervisionError: the key is not `<environment>/<service>`.
    """
    if not _KEY.fullmatch(key):
        raise SupervisionError(f"{key!r} is not a key like dev/web")
    return run / key


def load(folder: Path) -> Program | None:
    """The program wanted in a folder, or None when there is none."""
    value = durable.read_json(folder / "program.json")
    return from_json(value) if value is not None else None


def save(run: Path, program: Program) -> None:
    """Write `program.json`; it is on disk when this returns."""
    folder = folder_of(run, checked(program).key)
    for each in (run, folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    durable.write_json(folder / "program.json", program.to_json(), sync=True)


def retries(program: Program, code: int | None) -> bool:
    """Whether a program that ended with this code (None: unknown) is to be started again."""
    if program.restart == "always":
        return not program.once
    return program.restart == "on-failure" and code != 0


def _health(value: Mapping[str, Any]) -> Health:
    fields = dict(value)
    fields["command"] = tuple(fields.get("command") or ())
    fields["tcp"] = (str(fields["tcp"][0]), int(fields["tcp"][1])) if fields.get("tcp") else None
    return Health(**fields)


def _mistakes(program: Program) -> Iterator[str]:
    if not _KEY.fullmatch(program.key):
        yield "the key is not like dev/web"
    if not program.command:
        yield "there is no command"
    if any(_PLACEHOLDER.search(word) for word in program.command):
        yield "a secret may not stand in an argument; pass it by environment or secret file"
    if program.restart not in get_args(Restart):
        yield f"restart is {program.restart!r}, not one of {', '.join(get_args(Restart))}"
    if program.stop_signal not in signal.Signals.__members__:
        yield f"{program.stop_signal!r} is not a signal"
    if program.health:
        yield from _health_mistakes(program.health)


def _health_mistakes(health: Health) -> Iterator[str]:
    if sum(map(bool, (health.command, health.tcp, health.http, health.unix))) != 1:
        yield "health needs exactly one of command, tcp, http, unix"
    if health.http and not health.http.startswith("http://"):
        yield "health over http needs an address that starts with http://"


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value
