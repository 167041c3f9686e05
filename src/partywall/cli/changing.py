"""What every command that changes something does: plan, show, ask, carry out, report."""

from __future__ import annotations

import sys

from partywall.cli.render.json import plan_document
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.workflows.change import Changed, Goal, change, planned


def carry_out(session: Session, goal: Goal, *, dry: bool, sure: bool, json: bool) -> Changed | None:
    """Plan and, unless it is a dry run, do it; prints what a person or a script wants to see."""
    if dry:
        plan = planned(session.project, goal)
        if json:
            session.document(plan_document(plan))
        else:
            session.show_plan(plan)
        return None
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
