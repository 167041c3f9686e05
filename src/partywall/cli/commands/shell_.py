"""`partywall shell`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.columns import clean
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput
from partywall.workflows import services

_RED = "1;97;41"
_CALM = "1;36"


@click.command("shell")
@options.yes
@options.one_environment
@click.argument("service", required=False)
@click.pass_context
def command(context: click.Context, environment: str, service: str | None, yes: bool) -> None:
    """Open a shell as a service lives; its prompt says where you are, in red for production."""
    session: Session = context.obj
    key = services.one(session.project, environment, service or _first(session, environment))
    production = environment in session.production
    if production:
        session.confirm(environment, "This opens a shell in", yes=yes)
    shell = ["/bin/sh", "-c", _START, "sh", _prompt(key, production=production)]
    context.exit(session.project.engine.reach().enter(key, shell))


_START = (
    "PS1=$1; ENV=; export PS1 ENV; command -v bash >/dev/null && exec bash --norc -i; exec sh -i"
)


def _prompt(key: str, *, production: bool) -> str:
    name = clean(key)
    if not style_of(sys.stdout).colour:
        return f"[{name}] $ "
    # \x01 and \x02 tell the line editor that what is between them takes no room.
    code = _RED if production else _CALM
    return f"\x01\x1b[{code}m\x02 {name} \x01\x1b[0m\x02 $ "


def _first(session: Session, environment: str) -> str:
    known = services.instances(session.project, environment)
    if not known:
        raise BadInput(f"{environment} is not up", remedy=f"`partywall up {environment}` first")
    names = [key.rpartition("/")[2] for key in known]
    return next((name for name in ("api", "app", "web") if name in names), names[0])
