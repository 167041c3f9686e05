"""Options and arguments that several commands have."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from partywall.cli.render.json import plan_document
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput
from partywall.workflows.change import Changed, Goal, change, planned

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "json", is_flag=True, help="One JSON document for scripts.")
dry_run = click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
yes = click.option("-y", "--yes", is_flag=True, help="Do not ask, not even for production.")


def complete_environment(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001  (click's interface)
    incomplete: str,
) -> list[str]:
    """Names of environments, for shell completion."""
    from pathlib import Path  # noqa: PLC0415  (only while completing)

    from partywall.compose import settings  # noqa: PLC0415  (only while completing)
    from partywall.model.errors import PartywallError  # noqa: PLC0415  (only while completing)

    root = context.find_root().params
    try:
        names = settings.load(Path(root.get("directory") or Path()).absolute()).environments
    except PartywallError:
        return []
    return [name for name in names if name.startswith(incomplete)]


environment = click.argument(
    "environment", required=False, shell_complete=complete_environment, metavar="[ENVIRONMENT]"
)
one_environment = click.argument(
    "environment", shell_complete=complete_environment, metavar="ENVIRONMENT"
)


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


def one_or_all(environment: str | None, *, every: bool) -> str | None:
    """The scope of a command that must not reach further than its user meant.

    Raises:
        BadInput: when neither or both are given.
    """
    if (environment is None) is not every:
        raise BadInput("which environment?", remedy="name one, or say --all")
    return environment
