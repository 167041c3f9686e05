"""`partywall schema`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from partywall.cli import options
from partywall.cli.render.schema_text import schema_document, schema_text
from partywall.cli.session import Session, style_of
from partywall.data.postgres.schemas.copy import Copied, Tell
from partywall.model.errors import BadInput
from partywall.workflows.schema import transfer
from partywall.workflows.schema.compare import compare
from partywall.workflows.schema.sides.find import Wanted, find
from partywall.workflows.schema.sides.side import Side
from partywall.workflows.snapshots import sweep

_service = click.option("--service", default="", help="Which database, where there are several.")
_migrates = click.option(
    "--as",
    "migrates",
    default="",
    metavar="SERVICE",
    help="Of a revision: whose command migrates, where several might.",
)


@click.group("schema")
def command() -> None:
    """Compare, copy, dump and restore the tables of environments (PostgreSQL)."""


@command.command("diff")
@click.argument("first", shell_complete=options.complete_environment)
@click.argument("second", shell_complete=options.complete_environment)
@_service
@_migrates
@click.option("--sql", is_flag=True, help="Only the statements that make SECOND as FIRST is.")
@options.as_json
@click.pass_context
def diff(context: click.Context, /, *, first: str, second: str, **said: Any) -> None:  # noqa: ANN401
    """Show in what SECOND differs from FIRST; nothing is changed. Exit code 1 when it does.

    Each is an environment, `snapshot:ID` (or its label, or `latest`), or `rev:COMMIT`: the tables
    that the app's migrations make there, of nothing.
    """
    session: Session = context.obj
    if first == second:
        raise BadInput("these are one environment", remedy="name two")
    sides = [_found(session, text, said["service"], said["migrates"]) for text in (first, second)]
    found = compare(sides[0], sides[1], _working(session))
    if said["json"]:
        session.document(schema_document(found))
    elif said["sql"]:
        session.print(found.sql or "-- there is nothing that surely makes them the same")
    else:
        session.print(schema_text(found, style_of(sys.stdout)))
    context.exit(0 if found.same else 1)


def _found(session: Session, text: str, service: str, migrates: str) -> Side:
    """A side by what was typed; what is over of snapshots is closed first."""
    if ":" in text:
        for said in sweep.sweep(session.project):
            session.note(f"note: {said}")
    return find(session.project, text, Wanted(database=service, migrates=migrates))


def _working(session: Session) -> Tell:
    return lambda said: session.note(f"… {said}")


_aside = click.option(
    "--aside", is_flag=True, help="Keep what is there under another name, and take its place."
)


@command.command("copy")
@click.argument("source", shell_complete=options.complete_environment)
@click.argument("target", shell_complete=options.complete_environment)
@click.option("--data", is_flag=True, help="The rows too; they may be personal data.")
@_aside
@_service
@options.yes
@click.pass_obj
def copy(session: Session, /, *, source: str, target: str, service: str, **said: bool) -> None:
    """Make the tables of TARGET as those of SOURCE, which is only read."""
    if source == target:
        raise BadInput("these are one environment", remedy="name two")
    _ask(session, target, yes=said["yes"])
    wanted = transfer.Wanted(aside=said["aside"], service=service)
    tell = _telling(session)
    done = transfer.copy(session.project, source, target, wanted, tell, data=said["data"])
    _tell(session, target, done)


@command.command("dump")
@click.argument("side", shell_complete=options.complete_environment)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--definition", is_flag=True, help="Without rows.")
@_service
@_migrates
@click.pass_obj
def dump(
    session: Session, /, *, side: str, file: Path | None, definition: bool, **said: str
) -> None:
    """Write the tables of SIDE as SQL, to a new file or to standard output.

    SIDE is an environment, `snapshot:ID` (or its label, or `latest`), or `rev:COMMIT`.
    """
    found = _found(session, side, said["service"], said["migrates"])
    text = transfer.dump(found, _working(session), data=not definition)
    if file is None:
        click.echo(text, nl=False)
    else:
        transfer.keep(file, text)
        session.print(f"{side} is in {file}, which only you can read")


@command.command("restore")
@options.one_environment
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_aside
@_service
@options.yes
@click.pass_obj
def restore(
    session: Session, *, environment: str, file: Path, aside: bool, service: str, yes: bool
) -> None:
    """Make the tables of an environment as FILE says, wherever that came from."""
    _ask(session, environment, yes=yes)
    wanted = transfer.Wanted(aside=aside, service=service)
    done = transfer.restore(session.project, environment, file, wanted, _telling(session))
    _tell(session, environment, done)


def _ask(session: Session, target: str, *, yes: bool) -> None:
    session.project.environment(target)
    if target in session.production:
        session.confirm(target, "This replaces the tables of", yes=yes)


def _telling(session: Session) -> Tell:
    return lambda said: session.note(f"note: {said}")


def _tell(session: Session, target: str, done: Copied) -> None:
    rows = "without rows" if done.rows is None else f"with {done.rows} rows"
    session.print(f"{target} has {done.tables} tables, {rows}")
    if done.kept:
        session.print(f"what it had is in the schema {done.kept}")
