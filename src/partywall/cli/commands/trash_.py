"""`partywall trash`."""

from __future__ import annotations

import time

import click
import msgspec

from partywall.cli import options
from partywall.cli.render.amounts import duration
from partywall.cli.session import Session
from partywall.workflows import trash


@click.group("trash")
def command() -> None:
    """List, bring back or remove for good what `destroy` removed."""


@command.command("list")
@options.as_json
@click.pass_obj
def show(session: Session, json: bool) -> None:
    """Show what is in the trash and how long it stays."""
    found = trash.listed(session.project)
    if json:
        session.document({"trash": msgspec.to_builtins(found)})
        return
    if not found:
        session.print("the trash is empty")
    for one in found:
        left = duration(max(0.0, one.until - time.time()))
        session.print(f"{one.id}  {one.key}  stays for {left}")


@command.command("restore")
@click.argument("name")
@click.pass_obj
def restore(session: Session, name: str) -> None:
    """Bring data back to where they were; the environment must be gone or down."""
    one = trash.restore(session.project, name)
    session.print(f"brought back {one.key}: `partywall up` uses it")


@command.command("empty")
@options.yes
@click.pass_obj
def empty(session: Session, yes: bool) -> None:
    """Remove everything in the trash for good."""
    project = session.project
    production = [
        one.key for one in trash.listed(project)
        if one.key.startswith(f"{session.production[0]}/")
    ]  # fmt: skip
    if production:
        session.confirm(session.production[0], "This removes for good data of", yes=yes)
    for one in trash.empty(project):
        session.print(f"removed {one.key}")
