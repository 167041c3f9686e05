"""`partywall resume`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.session import Session
from partywall.workflows.change import resume


@click.command("resume")
@click.option("--back", is_flag=True, help="Take it back instead of going on.")
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(session: Session, back: bool, dry_run: bool, yes: bool, json: bool) -> None:
    """Go on with what a crash, a failure or a lost connection left half done."""
    goal = resume(session.project, back=back)
    carry_out(session, goal, dry=dry_run, sure=yes, json=json)
