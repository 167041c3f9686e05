"""`partywall snippet`."""

from __future__ import annotations

import click

from partywall.cli.session import Session
from partywall.edge.behind import PROXIES
from partywall.workflows.foreign_proxy import snippet


@click.command("snippet")
@click.argument("proxy", required=False, type=click.Choice(list(PROXIES)), metavar="[PROXY]")
@click.pass_obj
def command(session: Session, proxy: str | None) -> None:
    """Print what a proxy that has the ports 80 and 443 needs, to lead visitors to the edge.

    PROXY is caddy, nginx or traefik; without it, the one that has the ports.
    """
    session.print(snippet(session.project, proxy).rstrip("\n"))
