"""`partywall restart`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.session import Session
from partywall.workflows.change import Goal


@click.command("restart")
@options.one_environment
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(
    session: Session,
    environment: str,
    services: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    """Stop services of an environment and start them again, in an order that works."""
    goal = Goal(verb="restart", scope=environment, services=services)
    carry_out(session, goal, dry=dry_run, sure=yes, json=json)
