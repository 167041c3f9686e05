"""`partywall prove`."""

from __future__ import annotations

import sys

import click
import msgspec

from partywall.cli import options
from partywall.cli.render.proof_text import proof_text
from partywall.cli.session import Session, style_of
from partywall.workflows.prove import prove


@click.command("prove")
@click.argument(
    "environments",
    nargs=-1,
    shell_complete=options.complete_environment,
    metavar="[ENVIRONMENT]...",
)
@options.as_json
@click.pass_context
def command(context: click.Context, environments: tuple[str, ...], json: bool) -> None:
    """Try to cross the wall between environments, live.

    The exit code is 1 when one is crossed, and when nothing could be tried.
    """
    session: Session = context.obj
    for name in environments:
        session.project.environment(name)
    session.note("trying every wall, for at most 15 s …")
    report = prove(session.project, environments)
    document = msgspec.to_builtins(report)
    if json:
        session.document(document)
    else:
        session.print(proof_text(document, style_of(sys.stdout)))
    context.exit(1 if report.crossed or report.empty else 0)
