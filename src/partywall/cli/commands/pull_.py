"""`partywall pull`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.session import Session
from partywall.workflows.pull import pulled


@click.command("pull")
@options.one_environment
@click.option("--commit", metavar="COMMIT", help="This commit, branch or tag, back too.")
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(
    session: Session, environment: str, commit: str | None, dry_run: bool, yes: bool, json: bool
) -> None:
    """Bring one environment to where its branch is by now, or to a commit.

    Asks the remote first. Only this environment changes; a branch that was rewritten is refused
    unless a commit is named.
    """
    goal = pulled(session.project, environment, commit)
    carry_out(session, goal, dry=dry_run, sure=yes, json=json)
