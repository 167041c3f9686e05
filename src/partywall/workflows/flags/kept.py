"""Where an environment's flags are while the app runs: settings, what is served, and the history.

    .partywall/flags/history.jsonl          every change, before it is made
    .partywall/flags/<environment>/settings.json
    .partywall/flags/<environment>/defined.json        the files' word, as it is served
    .partywall/flags/<environment>/served/flags.json   what the service and the app read
    .partywall/flags/<environment>/counts/             what the service counts

A change is in the history first, then in the settings, then served. Each of these is whole or not
there, and what is served follows from the definitions and the settings: whoever comes next makes it
so. A line of the history whose change never got into the settings is told as such.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.flags import definitions, settings
from partywall.flags.definitions import Defined
from partywall.flags.settings import Setting, Settings
from partywall.model.errors import BadInput
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import corrupted, make_folder, read_bytes, write_atomically
from partywall.system.lines import add_line

FOLDER = "flags"
_SETTINGS = "settings.json"
_DEFINED = "defined.json"
SERVED = "flags.json"
_HISTORY = "history.jsonl"
MOST_BYTES = 4 << 20
"""Which the service takes (`flags/service/definition.py`)."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody changed a flag in an environment; times are seconds since the epoch."""

    id: str
    """Of all that one command changes: it is in force as a whole, or none of it is."""
    former: str
    """The change before it, of the same environment."""
    at: float
    by: str
    environment: str
    flag: str
    verb: str
    """What was typed: `on`, `rollout 10%` …"""
    before: Setting
    after: Setting


class Kept:
    """The folder of one environment's flags."""

    def __init__(self, home: Path, environment: str) -> None:
        self.home = home / FOLDER
        self.environment = environment
        self.folder = self.home / environment

    @property
    def served(self) -> Path:
        """The folder that the service and the app see; what is in it is replaced, never changed."""
        return self.folder / "served"

    @property
    def counts(self) -> Path:
        """The folder into which the service writes."""
        return self.folder / "counts"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes this environment's flags meanwhile.

        Raises:
            MachineFailed: when somebody else does for long.
        """
        lock = self.home / f".{self.environment}.lock"
        with locked(lock, f"the flags of {self.environment}"):
            yield

    def settings(self) -> Settings:
        """What has been said so far; raises MachineFailed when the record is damaged."""
        path = self.folder / _SETTINGS
        data = read_bytes(path)
        if data is None:
            return Settings()
        refuse_newer(data, settings.VERSION, path)
        try:
            return decode(data, Settings)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise corrupted(path, str(error)) from error

    def make(self, changes: Sequence[Change]) -> None:
        """Put what one command changes in force, but for serving it.

        Raises:
            MachineFailed: when it cannot be written; then nothing has changed.
        """
        then = self._after(changes)
        make_folder(self.folder)
        add_line(self.home / _HISTORY, b"\n".join(map(msgspec.json.encode, changes)))
        write_atomically(self.folder / _SETTINGS, msgspec.json.format(msgspec.json.encode(then)))

    def refuse_too_much(self, defined: Defined, changes: Sequence[Change]) -> None:
        """See that what is to be served after these changes is not more than the service takes.

        Raises:
            BadInput: when it is.
        """
        size = len(_text(defined, self._after(changes)))
        if size > MOST_BYTES:
            raise BadInput(
                f"with this the flags of {self.environment} are {size >> 10} KiB; at most "
                f"{MOST_BYTES >> 10} can be served",
                remedy="take rules away (`partywall flags target FLAG --clear`), or name a group",
            )

    def _after(self, changes: Sequence[Change]) -> Settings:
        then = self.settings()
        for change in changes:
            then = then.having(change.flag, change.after, change.id)
        return then

    def defined(self) -> Defined | None:
        """What the files said when it was last served; None when nothing was, or it is damaged."""
        data = read_bytes(self.folder / _DEFINED)
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            return None if data is None else decode(data, Defined)
        return None

    def serve(self, defined: Defined) -> bool:
        """Have served what definitions and settings say; whether anything else was served before.

        Raises:
            MachineFailed: when it cannot be written; then what was served before still is.
        """
        make_folder(self.counts)
        if self.defined() != defined:
            write_atomically(self.folder / _DEFINED, msgspec.json.encode(defined))
        text = _text(defined, self.settings())
        path = make_folder(self.served, 0o755) / SERVED
        if read_bytes(path) == text:
            return False
        # Others than us read it: the app's user in its container.
        write_atomically(path, text, mode=0o644)
        return True


def _text(defined: Defined, said: Settings) -> bytes:
    return "".join(definitions.text(settings.document(defined, said))).encode()


def history(home: Path) -> list[tuple[Change, bool]]:
    """Every change, the oldest first, and whether it took effect.

    Who was killed between the history and the settings made a change that never was: the next one
    follows the one before it, or it is the last and not in the settings. Of an environment that is
    gone, as a preview is one day, nothing else is known than that it was so.
    """
    lines = list(_lines(read_bytes(home / FOLDER / _HISTORY) or b""))
    formers = {(line.environment, line.former) for line in lines}
    last = {line.environment: line.id for line in lines}
    here = [place for name in last if (place := Kept(home, name)).folder.exists()]
    known = {**last, **{place.environment: place.settings().change for place in here}}
    return [
        (line, known[line.environment] == line.id or (line.environment, line.id) in formers)
        for line in lines
    ]


def _lines(data: bytes) -> Iterator[Change]:
    for line in data.splitlines():
        try:
            yield decode(line, Change)
        except (msgspec.DecodeError, UnicodeDecodeError):  # torn, so nothing came of it
            continue
