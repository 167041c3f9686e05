"""`partywall architectures`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.architectures_text import list_text, named_text
from partywall.cli.render.columns import sendable
from partywall.cli.session import Session, style_of
from partywall.workflows.architectures import architectures


@click.command("architectures")
@click.argument(
    "names", nargs=-1, shell_complete=options.complete_architecture, metavar="[NAME]..."
)
@options.as_json
@click.pass_obj
def command(session: Session, names: tuple[str, ...], json: bool) -> None:
    """List the ways to keep environments apart; of those named, say all that they give and cost.

    It needs no project.
    """
    document = architectures(names)
    if json:
        session.document(document)
        return
    style = style_of(sys.stdout)
    text = named_text(document, style) if names else list_text(document, style)
    session.print(sendable(text, style))
