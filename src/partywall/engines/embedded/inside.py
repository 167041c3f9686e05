"""Commands run with the rights and the view of an environment's own programs."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from partywall.engines.embedded.supervise import control
from partywall.engines.embedded.supervise.program import Program, folder_of, load, save
from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed
from partywall.system.conversation import Conversation

_DESCRIBING = threading.Lock()
_TERMINAL = ("TERM", "COLUMNS", "LINES", "COLORTERM")


def run(
    base: Path,
    program: Program,
    command: Sequence[str],
    *,
    give: Mapping[str, str],
    text: str,
    seconds: float,
) -> Completed:
    """Run a command to its end where a program lives.

    Args:
        base: a folder in which the program is described; nothing is started from it.
        program: whose account, view, variables and folder count.
        command: the argument list.
        give: more variables.
        text: its standard input.
        seconds: after which it is killed.

    Raises:
        MachineFailed: when it takes too long or cannot be started.
    """
    _describe(base, program)
    return beside(base, program.key, command, give=give, text=text, seconds=seconds)


def talking(base: Path, program: Program, command: Sequence[str]) -> Conversation:
    """A program that answers lines where another lives.

    Args:
        base: a folder in which the other is described; nothing is started from it.
        program: whose account, view, variables and folder count.
        command: the argument list.

    Raises:
        MachineFailed: when it cannot be started.
    """
    _describe(base, program)
    return Conversation(_entering(base, program.key, {}, command), env={})


def beside(
    base: Path,
    key: str,
    command: Sequence[str],
    *,
    give: Mapping[str, str],
    text: str,
    seconds: float,
) -> Completed:
    """Run a command to its end where a program lives that is described already.

    Raises:
        MachineFailed: when it takes too long or cannot be started.
    """
    try:
        done = subprocess.run(
            _entering(base, key, give, command),
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            env=dict(give),
            start_new_session=True,  # Ctrl-C lets what is running end
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MachineFailed(
            f"{Path(command[0]).name} did not end within {seconds:.0f} s", remedy="try again"
        ) from None
    except OSError as error:
        raise MachineFailed(f"{command[0]} cannot be started: {error.strerror}") from error
    return Completed(code=done.returncode, out=done.stdout, err=done.stderr)


def _describe(base: Path, program: Program) -> None:
    """Write it down once; several threads may want to enter the same place."""
    with _DESCRIBING:
        if load(folder_of(base, program.key)) != program:
            save(base, program)


def attached(base: Path, key: str, command: Sequence[str], give: Mapping[str, str]) -> int:
    """Run a command where a program lives, on the user's terminal; returns its exit code."""
    terminal = {name: os.environ[name] for name in _TERMINAL if name in os.environ}
    given = {**terminal, **give}
    done = subprocess.run(_entering(base, key, given, command), env=given, check=False)
    return done.returncode


def _entering(base: Path, key: str, give: Mapping[str, str], command: Sequence[str]) -> list[str]:
    return control.inside(base, key, command, tuple(give))
