"""`partywall leave`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.leave_text import leave_document, leave_text
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.workflows.leave import run
from partywall.workflows.leave.found import Leaving, find


@click.command("leave")
@options.without_data_of
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(
    session: Session, behind: tuple[str, ...], dry_run: bool, yes: bool, json: bool
) -> None:
    """Hand production back as plain Compose, and take away all that is Partywall's own.

    Data stay where they are: every volume, folder and env file. When production does not run as
    plain Compose, it is brought back as it was.
    """
    if dry_run:
        found = find(session.project, behind)
        if json:
            session.document(leave_document(found))
        else:
            session.print(leave_text(found, style_of(sys.stdout)))
        return

    def asking(found: Leaving) -> None:
        if not json:
            session.note(leave_text(found, style_of(sys.stderr)))
        session.confirm(found.production, "This hands back", yes=yes)

    with StepLines(sys.stderr, style_of(sys.stderr)) as lines:
        left = run.leave(
            session.project, behind=behind, approve=asking, tell=session.note, progress=lines
        )
    if json:
        session.document(leave_document(left.found, away=left.away))
        return
    if left.found.plain is not None:
        session.note(f"{left.found.production} was away for {left.away:.1f} s")
        session.note(f"from now on: {left.found.command} …")
    session.note("partywall.yaml and the env files are yours and stay")
