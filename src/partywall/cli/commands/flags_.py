"""`partywall flags`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.commands import flags_change_, flags_look_
from partywall.cli.render.flags_text import (
    created_document,
    created_text,
    flag_document,
    flag_text,
    flags_document,
    history_document,
    history_text,
    list_text,
)
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput
from partywall.workflows.flags import creating, kept, reading


@click.group("flags")
def command() -> None:
    """Switch features on and off while the app runs: for all, for some, for a part.

    Flags are defined in `flags/common.yaml` and `flags/ENVIRONMENT.yaml`, in the format of flagd.
    """


@command.command("list")
@options.as_json
@click.pass_obj
def show_all(session: Session, *, json: bool) -> None:
    """Show every flag, and what is in force of it in each environment."""
    every = reading.every(session.project)
    if json:
        session.document(flags_document(every))
    else:
        session.print(list_text(every, style_of(sys.stdout)))
    if why := reading.unserved(session.project):
        session.note(f"note: {why}")


@command.command("show")
@click.argument("key", metavar="FLAG", shell_complete=flags_change_.complete_flag)
@options.as_json
@click.pass_obj
def show(session: Session, *, key: str, json: bool) -> None:
    """Show all that is known of a flag."""
    every = [one for one in reading.every(session.project) if key in one.defined.flags]
    if not every:
        raise BadInput(f"there is no flag `{key}`", remedy="`partywall flags list` shows all")
    if json:
        session.document(flag_document(key, every))
    else:
        session.print(flag_text(key, every, session.project.clock.now(), style_of(sys.stdout)))


@command.command("create")
@click.argument("key", metavar="FLAG")
@click.option(
    "--variant",
    "said",
    multiple=True,
    metavar="NAME=VALUE",
    help="One of several values; without any it is on or off.",
)
@click.option("--default", default="", help="Which variant holds at first.")
@click.option("--owner", default="", help="Who answers for it.")
@click.option("--expires", default="", metavar="YYYY-MM-DD", help="When it should be gone.")
@click.option("--says", default="", help="What it is for.")
@click.option(
    "--in",
    "environment",
    default="",
    shell_complete=options.complete_environment,
    help="Only for one environment; otherwise for all.",
)
@options.dry_run
@options.as_json
@click.pass_obj
def create(  # noqa: PLR0913  (click's interface: one per option)
    session: Session,
    *,
    key: str,
    said: tuple[str, ...],
    default: str,
    owner: str,
    expires: str,
    says: str,
    environment: str,
    dry_run: bool,
    json: bool,
) -> None:
    """Define a flag in `flags/common.yaml`, or in an environment's own file; it is off at first."""
    variants = creating.variants(said)
    if environment:
        session.project.environment(environment)
    off = next((name for name, value in variants.items() if value is False), "")
    wanted = creating.Wanted(
        key=key,
        variants=variants,
        default=default or off or next(iter(variants)),
        owner=owner,
        expires=expires,
        says=says,
        environment=environment,
    )
    make = creating.planned if dry_run else creating.create
    made = make(session.project, wanted)
    if json:
        session.document(created_document(made, would=dry_run))
    else:
        session.print(created_text(made, style_of(sys.stdout), would=dry_run))


@command.command("history")
@click.argument("key", metavar="[FLAG]", default="", shell_complete=flags_change_.complete_flag)
@options.as_json
@click.pass_obj
def show_history(session: Session, *, key: str, json: bool) -> None:
    """Show who changed what when."""
    lines = [one for one in kept.history(session.project.home) if key in ("", one[0].flag)]
    if json:
        session.document(history_document(lines))
    else:
        session.print(history_text(lines, style_of(sys.stdout)))


for one in (*flags_change_.COMMANDS, *flags_look_.COMMANDS):
    command.add_command(one)
