"""`partywall exec`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.session import Session
from partywall.workflows import services


@click.command("exec", context_settings={"ignore_unknown_options": True})
@options.yes
@options.one_environment
@click.argument("service")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
@click.pass_context
def command(
    context: click.Context, environment: str, service: str, words: tuple[str, ...], yes: bool
) -> None:
    """Run a command with a service's variables, folder and rights; its exit code is ours."""
    session: Session = context.obj
    key = services.one(session.project, environment, service)
    if environment in session.production:
        session.confirm(environment, "This runs in", yes=yes)
    context.exit(session.project.engine.reach().enter(key, words))
