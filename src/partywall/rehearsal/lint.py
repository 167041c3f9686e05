"""`squawk`, a linter of migrations, asked about the statements that ran; it need not be there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.reading import is_data, shortened
from partywall.system.decoding import decode

_SECONDS = 30
_PACKAGE = "squawk-cli"
_UNREADABLE = "syntax-error"
MISSING = "the lint was not run: `squawk` is not installed (`pip install 'partywall[rehearse]'`)"


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that it found."""

    rule: str
    message: str
    help: str = ""
    statement: int | None = None
    text: str = ""


class Linted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    hints: tuple[Hint, ...] = ()
    why_not: str = ""
    """Why it was not run; empty when it was."""


class _Found(msgspec.Struct, frozen=True):
    line: int
    """From 0."""
    rule_name: str
    message: str
    help: str | None = None


def lint(commands: Sequence[Command]) -> Linted:
    """Ask it about the commands that changed the schema."""
    program = _program()
    if program is None:
        return Linted(why_not=MISSING)
    asked = _asked(commands)
    try:
        answer = subprocess.run(
            [program, "--reporter", "json", "--stdin-filepath", "migration.sql"],
            input="".join(f"{_sql(one)}\n" for one in asked),
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        return Linted(hints=tuple(understood(answer.stdout, asked)))
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        return Linted(why_not=f"the lint was not run: {error}")


def understood(answer: str, asked: Sequence[Command]) -> Iterable[Hint]:
    """Its answer, with the command that each part is about."""
    by_line = [one for one in asked for _ in _sql(one).split("\n")]
    for found in decode(answer or "[]", list[_Found]):
        if found.rule_name == _UNREADABLE or found.line >= len(by_line):
            continue
        one = by_line[found.line]
        yield Hint(
            rule=found.rule_name, message=found.message, help=found.help or "",
            statement=one.number, text=shortened(one.text),
        )  # fmt: skip


def _asked(commands: Iterable[Command]) -> list[Command]:
    return [one for one in commands if one.failure is None and not is_data(one.text)]


def _sql(one: Command) -> str:
    return f"{one.text};"


def _program() -> str | None:
    """Where its package has put it, or on the path."""
    try:
        files = metadata.files(_PACKAGE) or ()
    except metadata.PackageNotFoundError:
        files = ()
    for file in files:
        if file.name == "squawk" and Path(str(file.locate())).is_file():
            return str(file.locate())
    return shutil.which("squawk")
