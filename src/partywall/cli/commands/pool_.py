"""`partywall pool`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
import msgspec

from partywall.cli import options
from partywall.cli.render.pool_text import changed_document, pool_text, steps_text
from partywall.cli.session import Session, style_of
from partywall.model.errors import Refused
from partywall.workflows.pool import changing, creating, shown
from partywall.workflows.pool.shown import Step


@click.group("pool")
def command() -> None:
    """Prepare room where copies share their blocks, on a machine whose disk cannot do that.

    Production's data stay where they are.
    """


@command.command("create")
@click.option("--size", help=f"Of the file that it is in. [default: {creating.CUSTOMARY}]")
@click.option("--device", metavar="DEVICE", help="An empty disk to be on, instead of a file.")
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def create(
    session: Session, *, size: str | None, device: str | None, dry_run: bool, yes: bool, json: bool
) -> None:
    """Make the pool, or bring to its end what was killed; mounts it again after a restart."""
    project = session.project
    pool = creating.wanted(project, size, device)
    steps = shown.making(project, pool) if pool else []
    if not dry_run:
        if pool and pool.device and not yes:
            _ask(pool.device)
        creating.create(project, pool, session.note)
    _report(session, steps, dry=dry_run, json=json)


@command.command("show")
@options.as_json
@click.pass_obj
def show(session: Session, json: bool) -> None:
    """Show where the pool is, how full, and what lies in it."""
    found = shown.shown(session.project)
    if json:
        session.document({"pool": msgspec.to_builtins(found)})
    else:
        session.print(pool_text(found, style_of(sys.stdout)))


@command.command("grow")
@click.option("--size", help="What it shall have, such as 20G.")
@click.option("--by", help="What it shall have more, such as 5G.")
@options.dry_run
@options.as_json
@click.pass_obj
def grow(session: Session, size: str | None, by: str | None, dry_run: bool, json: bool) -> None:
    """Let the pool grow while it is in use; one on a device fills that."""
    project = session.project
    pool, many = changing.larger(project, size, by)
    steps = shown.growing(project, pool, many)
    if not dry_run:
        changing.grow(project, many, session.note)
    _report(session, steps, dry=dry_run, json=json)


@command.command("remove")
@options.dry_run
@options.as_json
@click.pass_obj
def remove(session: Session, dry_run: bool, json: bool) -> None:
    """Remove the pool when nothing lies in it; a device keeps what it has."""
    project = session.project
    pool = changing.removable(project) if dry_run else changing.recorded(project)
    steps = shown.removing(project, pool)
    if not dry_run:
        changing.remove(project)
        if pool.device:
            session.note(f"`wipefs -a {pool.device}` lets it be used for something else")
    _report(session, steps, dry=dry_run, json=json)


def _report(session: Session, steps: Sequence[Step], *, dry: bool, json: bool) -> None:
    found = shown.shown(session.project)
    style = style_of(sys.stdout)
    if json:
        session.document(changed_document(steps, found))
    elif dry:
        session.print(steps_text(steps, style))
    else:
        session.print(pool_text(found, style))


def _ask(device: str) -> None:
    """Have the device's name typed: what it held cannot be brought back."""
    if not sys.stdin.isatty():
        raise Refused(
            f"this makes a file system on {device}, and nobody can be asked",
            remedy="add --yes when you are sure, or run it on a terminal",
        )
    typed = click.prompt(
        f"This makes a file system on {device}. Type its name to go on", err=True, default=""
    )
    if typed != device:
        raise Refused(f"{device} was not typed: nothing was changed", remedy="run it again")
