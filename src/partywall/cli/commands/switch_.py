"""`partywall switch`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.json import plan_document
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.workflows import switch


@click.command("switch")
@options.one_environment
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(session: Session, environment: str, dry_run: bool, yes: bool, json: bool) -> None:
    """Stop the environment that stands and start this one; data of both stay.

    For `presence: switched`. When this one does not become healthy, the first one is started
    again. Meanwhile both addresses answer 503.
    """
    if dry_run:
        plan = switch.preview(session.project, environment)
        if json:
            session.document(plan_document(plan))
        else:
            session.show_plan(plan)
        return
    session.reap()
    with StepLines(sys.stderr, style_of(sys.stderr)) as lines:
        approve = session.approve(yes=yes, quiet=json)
        will = session.command("resume", "--back", "--yes")
        done = switch.switch(session.project, environment, approve, lines, will)
    for sentence in done.changed.said:
        session.note(sentence)
    if json:
        session.document(
            {
                **plan_document(done.changed.plan),
                "on": done.on,
                "former": done.former,
                "away_seconds": round(done.away, 3),
            }
        )
    elif not done.changed.plan:
        session.print(f"{done.on} stands already: no changes")
    else:
        session.print(f"{done.on} is switched on; neither answered for {done.away:.1f} s")
