"""`partywall destroy`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.session import Session
from partywall.workflows.change import Goal


@click.command("destroy")
@options.environment
@click.option("--all", "every", is_flag=True, help="Every environment, production too.")
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(
    session: Session,
    environment: str | None,
    every: bool,
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    """Remove one environment, or all; data go to the trash for a while."""
    goal = Goal(verb="destroy", scope=options.one_or_all(environment, every=every))
    carry_out(session, goal, dry=dry_run, sure=yes, json=json)
