"""`partywall take-over`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from partywall.cli import options
from partywall.cli.render.progress import StepLines
from partywall.cli.render.take_over_text import take_over_document, take_over_text
from partywall.cli.session import Session, style_of
from partywall.workflows.take_over import run
from partywall.workflows.take_over.found import TakeOver


@click.command("take-over")
@options.one_environment
@options.without_data_of
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def command(
    session: Session,
    environment: str,
    behind: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    """Make a production ours that `docker compose` started and that is attached.

    Its databases are dumped first; its volumes are kept by name. Whatever fails, the originals
    serve again as before.
    """
    if dry_run:
        _show(session, run.planned(session.project, environment, behind), json=json)
        return
    with StepLines(sys.stderr, style_of(sys.stderr)) as lines:
        done = run.take_over(
            session.project,
            environment,
            behind=behind,
            approve=_approve(session, yes=yes, quiet=json),
            tell=session.note,
            progress=lines,
        )
    if done is None:
        session.note(f"{environment} was taken over already: its originals are removed now")
    elif json:
        session.document(take_over_document(done.found, away=done.away, saved=str(done.saved)))
    else:
        session.note(f"{environment} is ours; it was away for {done.away:.1f} s")
        if done.found.databases:
            session.note(f"the dumps are in {done.saved}")


def _approve(session: Session, *, yes: bool, quiet: bool) -> Callable[[TakeOver], None]:
    def asking(found: TakeOver) -> None:
        if not quiet:
            session.note(take_over_text(found, style_of(sys.stderr)))
        session.confirm(found.environment, "This takes over", yes=yes)

    return asking


def _show(session: Session, found: TakeOver, *, json: bool) -> None:
    if json:
        session.document(take_over_document(found))
    else:
        session.print(take_over_text(found, style_of(sys.stdout)))
