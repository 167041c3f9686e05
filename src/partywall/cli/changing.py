"""What every command that changes something does: plan, show, ask, carry out, report."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.json import plan_document
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.workflows import previews
from partywall.workflows.change import Changed, Goal, change, planned
from partywall.workflows.snapshots import keeping


def carry_out(
    session: Session, goal: Goal, *, dry: bool, sure: bool, json: bool, reap: bool = True
) -> Changed | None:
    """Plan and, unless it is a dry run, do it; prints what a person or a script wants to see.

    Previews whose time is over go first, unless that has been seen to.
    """
    if dry:
        plan = planned(session.project, goal)
        if json:
            session.document(plan_document(plan))
        else:
            session.show_plan(plan)
        return None
    if reap:
        session.reap()
    style = style_of(sys.stderr)
    with StepLines(sys.stderr, style) as lines:
        done = change(session.project, goal, session.approve(yes=sure, quiet=json), lines)
    for sentence in done.said:
        session.note(sentence)
    if json:
        session.document(plan_document(done.plan))
    elif not done.plan:
        session.show_plan(done.plan)
    return done


def taking_away(verb: str, words: str) -> click.Command:
    """A command that stops or removes one environment, or all when that is said."""

    @click.command(verb, help=words)
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
        goal = Goal(verb=verb, scope=options.one_or_all(environment, every=every))
        carry_out(session, goal, dry=dry_run, sure=yes, json=json)
        if verb == "destroy" and not dry_run:
            previews.forget(session.project, previews.gone(session.project, goal.scope))
            for said in keeping.end(session.project) if every else ():
                session.note(f"note: {said}")

    return command
