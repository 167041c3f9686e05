"""`partywall plan`."""

from __future__ import annotations

from pathlib import Path

import click

from partywall.cli import options
from partywall.cli.render.json import plan_document
from partywall.cli.session import Session
from partywall.model.plan import Plan
from partywall.system.files import write_atomically
from partywall.workflows.change import Goal, planned


@click.command("plan")
@options.environment
@options.as_json
@click.option(
    "--picture",
    "file",
    type=click.Path(path_type=Path),
    help="Draw the topology into this SVG file (- for standard output).",
)
@click.pass_obj
def command(session: Session, environment: str | None, json: bool, file: Path | None) -> None:
    """Show what `up` would do, and why; nothing is changed."""
    plan = planned(session.project, Goal(verb="up", scope=environment))
    if file is not None:
        _draw(session, file, plan)
    if json:
        session.document(plan_document(plan))
    elif file is None:
        session.show_plan(plan)


def _draw(session: Session, file: Path, plan: Plan) -> None:
    from partywall.cli.render.svg import draw  # noqa: PLC0415  (only for pictures)

    text = draw(
        session.project.desired(),
        session.project.settings.project,
        session.production,
        plan,
    )
    if str(file) == "-":
        session.print(text)
    else:
        write_atomically(file.absolute(), text.encode(), mode=0o644)
        session.note(f"drew {file}")
