"""`partywall snapshot send` and `snapshot sent`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from partywall.cli import options
from partywall.cli.render.amounts import memory
from partywall.cli.render.columns import clean
from partywall.cli.render.sent_text import all_sent_text, sent_document, sent_text
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput, Refused
from partywall.workflows.sending import record
from partywall.workflows.sending.send import Order, send
from partywall.workflows.sending.target import parse
from partywall.workflows.snapshots import stores, sweep
from partywall.workflows.snapshots.store import Snapshot

_WORD = "unmasked"
_BEAT = 0.2
"""Seconds between two looks of the line that counts."""


@click.command("send")
@click.argument("words", nargs=-1, required=True, metavar="[SNAPSHOT] TARGET")
@click.option("--definition", is_flag=True, help="Without rows; then no word is asked for.")
@click.option(
    "--unmasked-data-of",
    "named",
    default="",
    metavar="ENVIRONMENT",
    help="Let its rows leave as they are; says what is otherwise asked on a terminal.",
)
@options.as_json
@click.pass_obj
def send_one(
    session: Session, *, words: tuple[str, ...], definition: bool, named: str, json: bool
) -> None:
    """Send the database of a snapshot to TARGET, as a new file that `pg_restore` reads.

    TARGET is a file, `[user@]host:path` or `ssh://[user@]host[:port]/path`. Rows leave as they are,
    personal data unmasked: the word for it has to be typed, and each sending is recorded.
    """
    word, target = _split(words)
    to = parse(target)
    for said in sweep.sweep(session.project):
        session.note(f"note: {said}")
    store, found = stores.find(session.project, word)
    allowed = "" if definition else _allowed(session, found, target, named)
    order = Order(store=store, snapshot=found, target=to, rows=not definition, said=allowed)
    with _counting() as tell:
        done = send(session.project, order, tell)
    if json:
        session.document(sent_document(done))
    else:
        session.print(sent_text(done, style_of(sys.stdout)))


@click.command("sent")
@options.as_json
@click.pass_obj
def show_sent(session: Session, *, json: bool) -> None:
    """Show what was sent from here: when, by whom, where to, and whether with rows."""
    found = record.read(session.project.home)
    if json:
        session.document({"sent": [sent_document(one) for one in found]})
    else:
        session.print(all_sent_text(found))


def _split(words: tuple[str, ...]) -> tuple[str, str]:
    """Which snapshot, and where to."""
    if len(words) > 2:
        raise BadInput("that is too much", remedy="name a snapshot and one target")
    return (words[0] if len(words) == 2 else "latest", words[-1])


def _allowed(session: Session, found: Snapshot, target: str, named: str) -> str:
    """How it is allowed that rows leave.

    Raises:
        Refused: when it is not.
    """
    name = found.environment
    if named == name:
        return "option"
    if named:
        raise Refused(
            f"{found.id} is of {name}, not of {named}: nothing was sent",
            remedy="say whose data leave unmasked, or send them with --definition, without rows",
        )
    nobody = Refused(
        f"the rows of {name} would leave as they are, personal data unmasked, and nobody "
        "can be asked",
        remedy=f"say `--unmasked-data-of {name}` when that is meant, or --definition: no rows",
    )
    question = f"The rows of {name} leave unmasked to {clean(target)}. Type `{_WORD}` to go on"
    session.have_typed(_WORD, question, nobody, "nothing was sent")
    return "typed"


@contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    """On a terminal a line says how much has left."""
    live = sys.stderr.isatty()
    last = 0.0

    def tell(size: int) -> None:
        nonlocal last
        now = time.monotonic()
        if live and now - last > _BEAT:
            last = now
            click.echo(f"\r\x1b[K… {memory(size)}", err=True, nl=False, color=True)

    try:
        yield tell
    finally:
        if last:
            click.echo("\r\x1b[K", err=True, nl=False, color=True)
