"""`partywall prove`."""

from __future__ import annotations

import os
import sys

import click
import msgspec

from partywall.cli import options
from partywall.cli.render.proof_news import is_news, news_text
from partywall.cli.render.proof_text import proof_text
from partywall.cli.render.timers import TOLD, proving
from partywall.cli.session import Session, style_of
from partywall.workflows.prove import prove


@click.command("prove")
@click.argument(
    "environments",
    nargs=-1,
    shell_complete=options.complete_environment,
    metavar="[ENVIRONMENT]...",
)
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="Print only what changed since the last proof, and what is crossed; else nothing.",
)
@click.option("--cron", "as_cron", is_flag=True, help="Print a line for crontab instead.")
@options.as_json
@click.pass_context
def command(
    context: click.Context, environments: tuple[str, ...], quiet: bool, as_cron: bool, json: bool
) -> None:
    """Try to cross the wall between environments, live, and say what changed since the last time.

    One ENVIRONMENT: its walls against all others. Several: those between them.

    The exit code is 1 when one is crossed, and when nothing could be tried.
    """
    session: Session = context.obj
    for name in environments:
        session.project.environment(name)
    if as_cron:
        told = {name: os.environ[name] for name in TOLD if name in os.environ}
        session.print(proving(session.project.folder, environments, told))
        return
    if not quiet:
        session.note("trying every wall …")
    report, notes = prove(session.project, environments)
    for note in notes:
        session.note(note)
    document = msgspec.to_builtins(report)
    if quiet and not is_news(document):
        context.exit(0)
    if json:
        session.document(document)
    else:
        text = news_text if quiet else proof_text
        session.print(text(document, style_of(sys.stdout)))
    context.exit(1 if report.crossed or report.empty else 0)
