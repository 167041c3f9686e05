"""`partywall up`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.session import Session
from partywall.workflows import standing
from partywall.workflows.change import Goal
from partywall.workflows.variables import PASSWORD
from partywall.workflows.ways_in import unanswered


@click.command("up")
@options.environment
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(
    session: Session, environment: str | None, dry_run: bool, yes: bool, json: bool
) -> None:
    """Bring one environment, or all, to what the files say; run again, it says "no changes"."""
    goal = Goal(verb="up", scope=environment)
    done = carry_out(session, goal, dry=dry_run, sure=yes, json=json)
    if done is not None and not json:
        _addresses(session, environment)


def _addresses(session: Session, environment: str | None) -> None:
    project = session.project
    for name, said in project.settings.environments.items():
        if environment in (None, name) and standing.answers(project, said):
            if missing := unanswered(project, name):
                session.print(f"{name}  no address: {missing}")
                continue
            password = f"  user {said.user}, password: `partywall env {name} {PASSWORD} --reveal`"
            sleeps = "  asleep" if name in project.asleep else ""
            said_so = password if said.protected and not sleeps else sleeps
            session.print(f"{name}  {project.url(name)}{said_so}")
