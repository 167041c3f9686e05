"""`partywall flags stale`, `check`, `outcome`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.commands.flags_change_ import complete_flag
from partywall.cli.render.flags_outcome_text import outcome_document, outcome_text
from partywall.cli.render.flags_stale_text import (
    check_document,
    check_text,
    stale_document,
    stale_text,
)
from partywall.cli.session import Session, style_of
from partywall.flags.stale import DAYS
from partywall.workflows.flags import checking, outcomes, staleness


@click.command("stale")
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=DAYS,
    show_default=True,
    help="For how long something must have been so.",
)
@options.as_json
@click.pass_context
def stale(context: click.Context, *, days: int, json: bool) -> None:
    """Find flags that have had their time, and keys that no file defines.

    Those that are on for everybody in production, or for nobody anywhere, or past their day, or
    that nobody asks for: by files, changes, counts and the source code. Exit code 1 when there is
    any.
    """
    session: Session = context.obj
    found = staleness.look(session.project, days)
    if json:
        session.document(stale_document(found))
    else:
        _notes(session, found.notes)
        session.print(stale_text(found, style_of(sys.stdout)))
    context.exit(1 if found.findings else 0)


@click.command("check")
@click.option(
    "--base",
    default="",
    metavar="REVISION",
    help="What the change is to go into; origin/main, main or master when nothing is said.",
)
@click.option("--strict", is_flag=True, help="Exit code 1 for warnings, too.")
@options.as_json
@click.pass_context
def check(context: click.Context, *, base: str, strict: bool, json: bool) -> None:
    """Check flags before a change is merged; nothing has to run, and nothing is changed.

    Flags that code asks for and no file defines are errors: exit code 1. Those past their day, and
    a migration in a change that is behind a flag, are warnings.
    """
    session: Session = context.obj
    found = checking.check(session.project, base)
    if json:
        session.document(check_document(found))
    else:
        _notes(session, found.notes)
        session.print(check_text(found, style_of(sys.stdout)))
    context.exit(1 if found.errors or (strict and found.warned) else 0)


@click.command("outcome")
@click.argument("key", metavar="FLAG", shell_complete=complete_flag)
@click.argument("name", metavar="[NAME]", default="")
@click.option(
    "--in",
    "environment",
    default="",
    metavar="ENVIRONMENT",
    shell_complete=options.complete_environment,
    help="Where; production when nothing is said.",
)
@click.option(
    "--control",
    default="",
    metavar="VARIANT",
    help="What the others are compared with; what is off, or the default, when nothing is said.",
)
@options.as_json
@click.pass_obj
def outcome(
    session: Session, *, key: str, name: str, environment: str, control: str, json: bool
) -> None:
    """Compare what users of each variant did: the outcomes that the app reports, or one of them."""
    where = environment or session.project.settings.production.name
    found = outcomes.look(session.project, where, key, name, control)
    if json:
        session.document(outcome_document(found))
    else:
        session.print(outcome_text(found, style_of(sys.stdout)))


def _notes(session: Session, notes: tuple[str, ...]) -> None:
    for said in notes:
        session.note(f"note: {said}")


COMMANDS = (stale, check, outcome)
