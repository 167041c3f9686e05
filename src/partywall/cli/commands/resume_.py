"""`partywall resume`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.workflows.change import resume
from partywall.workflows.leave import run as leave
from partywall.workflows.take_over import run as take_over


@click.command("resume")
@click.option("--back", is_flag=True, help="Take it back instead of going on.")
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(session: Session, back: bool, dry_run: bool, yes: bool, json: bool) -> None:
    """Go on with what a crash, a failure or a lost connection left half done."""
    if not dry_run and _of_its_own_way(session, back=back):
        return
    goal = resume(session.project, back=back)
    carry_out(session, goal, dry=dry_run, sure=yes, json=json)


def _of_its_own_way(session: Session, *, back: bool) -> bool:
    """Whether it was a take-over or a leaving that broke off."""
    with StepLines(sys.stderr, style_of(sys.stderr)) as lines:
        return any(
            one.resume(session.project, back=back, tell=session.note, progress=lines)
            for one in (take_over, leave)
        )
