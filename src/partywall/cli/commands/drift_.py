"""`partywall drift`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.drift_text import drift_text
from partywall.cli.session import Session, style_of
from partywall.workflows.drift import drift


@click.command("drift")
@click.argument("one", required=False, shell_complete=options.complete_environment)
@click.argument("other", required=False, shell_complete=options.complete_environment)
@options.as_json
@click.pass_obj
def command(session: Session, one: str | None, other: str | None, json: bool) -> None:
    """Show how far environments on branches are apart: commits, Compose files, migrations.

    Without names production is compared with each of the others; with one, with that one.
    """
    document = drift(session.project, one, other)
    if json:
        session.document(document)
    else:
        session.print(drift_text(document, style_of(sys.stdout)))
