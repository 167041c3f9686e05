"""`partywall status`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.status_text import status_text
from partywall.cli.session import Session, style_of
from partywall.workflows.status import status


@click.command("status")
@options.as_json
@click.option("--limits", is_flag=True, help="Also what the engine deliberately does not do.")
@click.pass_obj
def command(session: Session, json: bool, limits: bool) -> None:
    """Show every environment with address, health, memory, uptime and drift."""
    document = status(session.project)
    if json:
        session.document(document)
        return
    said = session.project.engine.limits if limits else ()
    session.print(status_text(document, style_of(sys.stdout), session.production, said))
