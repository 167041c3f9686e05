"""The command line: the only place where errors become exit codes."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from partywall import __version__
from partywall.cli.render.error_text import error_text
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput, PartywallError
from partywall.workflows.opening import Where

COMMANDS = {
    "advise": "Say which architecture fits this app and this machine.",
    "architectures": "List the ways to keep environments apart.",
    "init": "Read the Compose file; write partywall.yaml and env files.",
    "plan": "Show what `up` would do, and why.",
    "up": "Bring environments up, or change them to what the files say.",
    "pull": "Bring an environment to where its branch is by now.",
    "preview": "Make, list and remove environments of a branch for a while.",
    "drift": "Show how far environments on branches are apart.",
    "reap": "Remove previews whose time is over.",
    "down": "Stop environments; data stay.",
    "destroy": "Remove environments; data go to the trash.",
    "switch": "Let another environment stand, where one at a time does.",
    "flags": "Switch features on and off while the app runs.",
    "restart": "Stop services and start them again.",
    "status": "Show addresses, health, memory and drift.",
    "logs": "Show what services write.",
    "exec": "Run a command beside a service.",
    "shell": "Open a shell inside an environment.",
    "env": "List an environment's variables; values only when asked.",
    "schema": "Compare, copy, dump and restore tables.",
    "rehearse": "Run a migration on a copy of production, and judge it.",
    "snapshot": "Copy a database while it works, and open copies.",
    "prove": "Try to cross the wall between environments.",
    "matrix": "Measure every architecture in a scratch copy.",
    "pool": "Prepare room where copies share their blocks.",
    "doctor": "Find what is wrong here, and what to do.",
    "take-over": "Make production ours that `docker compose` started.",
    "leave": "Hand everything back as plain Compose.",
    "render": "Write plain Compose files that run without Partywall.",
    "snippet": "Print what another proxy needs to lead visitors here.",
    "resume": "Go on with, or take back, what was interrupted.",
    "trash": "List, bring back or remove what `destroy` removed.",
    "completion": "Print the completion script for a shell.",
}
INTERRUPTED = 130


class Commands(click.Group):
    """Commands by name; a module is imported when its command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which they are usually needed."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"partywall.cli.commands.{cmd_name.replace('-', '_')}_")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or an error that suggests the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415  (only after a typing error)

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f"did you mean `{near[0]}`? " if near else ""
            raise BadInput(
                f"there is no command `{args[0]}`", remedy=f"{hint}see `partywall --help`"
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in `--help`, without importing every command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="partywall %(version)s")
@click.option(
    "-C",
    "--directory",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The app's folder, instead of this one.",
)
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A Compose file; may be given several times.",
)
@click.option(
    "--settings", type=click.Path(path_type=Path), help="Settings other than partywall.yaml."
)
@click.option("--engine", help="The engine: `embedded` or `docker`.")
@click.pass_context
def partywall(
    context: click.Context,
    directory: Path,
    files: tuple[Path, ...],
    settings: Path | None,
    engine: str | None,
) -> None:
    """Production and development of one Compose app on one machine, with a tested wall between.

    Exit codes: 0 done, 1 a check failed, 2 wrong usage or settings, 3 refused for safety, 4 half
    done (`partywall resume`), 5 the machine or an engine failed, 130 interrupted.
    """
    context.obj = Session(Where(folder=directory, files=files, settings=settings, engine=engine))


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    try:
        result = partywall.main(list(arguments), prog_name="partywall", standalone_mode=False)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        _say(error.format_message())
        return BadInput.code
    except Exception as error:
        known = _known(error)
        _say(error_text(known, style_of(sys.stderr)))
        return known.code
    return result if isinstance(result, int) else 0


def _known(error: Exception) -> PartywallError:
    """Any error as one of ours; a traceback is for us, not for the user."""
    if isinstance(error, PartywallError):
        return error
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        remedy = f"see `{context.command_path} --help`" if context else ""
        return BadInput(error.format_message().rstrip("."), remedy=remedy)
    return _unexpected()


def _unexpected() -> PartywallError:
    handle, path = tempfile.mkstemp(prefix="partywall-", suffix=".txt")
    with os.fdopen(handle, "w") as file:
        traceback.print_exc(file=file)
    last = traceback.format_exc(limit=0).strip().splitlines()[-1].partition(":")[0]
    return PartywallError(
        f"Partywall has a mistake ({last}); what was done so far is in the journal",
        remedy=f"please report it with {path}, then `partywall resume`",
    )


def _say(text: str) -> None:
    click.echo(text, err=True)
