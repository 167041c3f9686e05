"""`partywall snapshot`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

import click

from partywall.cli import options
from partywall.cli.commands.snapshot_send_ import send_one, show_sent
from partywall.cli.render.snapshot_text import (
    clone_document,
    clone_text,
    list_text,
    planned_text,
    snapshot_document,
    snapshot_text,
    taken_text,
)
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput
from partywall.workflows.snapshots import keeping, opening, stores, sweep, take, vault
from partywall.workflows.snapshots.ladder import METHODS
from partywall.workflows.snapshots.opened import Opened
from partywall.workflows.snapshots.take import Wanted

_OWN = frozenset({"psql", "pg_dump"})
_service = click.option("--service", default="", help="Which database, where there are several.")
_for = click.option("--for", "ttl", default="1h", show_default=True, help="How long it stays open.")


@click.group("snapshot")
def command() -> None:
    """Copy an environment's database as it is now, and open copies of it (PostgreSQL)."""


@command.command("take")
@options.environment
@_service
@click.option("--label", default="", help="A name for it, beside its id.")
@click.option("--method", type=click.Choice(METHODS), help="Which way, where several can be had.")
@click.option("--gently", is_flag=True, help="Let the server take its own time for the checkpoint.")
@click.option(
    "--files", multiple=True, help="A volume whose files are copied, too, a service, or `all`."
)
@click.option("--open", "open_", is_flag=True, help="Open it at once, as `snapshot open` does.")
@_for
@click.option("--reveal", is_flag=True, help="With --open: show the password, too.")
@options.dry_run
@options.as_json
@click.pass_obj
def take_one(  # noqa: PLR0913  (click's interface: one per option)
    session: Session,
    *,
    environment: str | None,
    service: str,
    label: str,
    method: str | None,
    gently: bool,
    files: tuple[str, ...],
    open_: bool,
    ttl: str,
    reveal: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """Take a snapshot of production, or of ENVIRONMENT: of its server as a whole, while it works.

    The server is only read. What was copied counts as a snapshot when a server of its own has
    recovered on it and opened every database.
    """
    seconds = opening.lifetime(ttl)
    wanted = Wanted(
        environment=environment or session.project.settings.production.name,
        service=service,
        label=label,
        method=method or "",
        gently=gently,
        ready=seconds if open_ else 0.0,
        files=files,
    )
    if dry_run:
        found, way = take.planned(session.project, wanted)
        beside = vault.find(session.project, wanted.environment, files)
        sizes = {one.name: one.bytes for one in beside}
        if json:
            known = {"method": way.method, "bytes": found.facts.bytes, "why": way.why}
            session.document({**known, "files": sizes})
        else:
            session.print(planned_text(found, way, sizes))
        return
    store, made = take.take(session.project, wanted, lambda said: session.note(f"… {said}"))
    opened = opening.open_clone(session.project, store, made, seconds) if open_ else None
    if json:
        clone = {"open": clone_document(opened.clone, opened, reveal=reveal)} if opened else {}
        session.document({**snapshot_document(made), **clone})
    else:
        session.print(taken_text(made, style_of(sys.stdout)))
        if opened:
            _tell(session, opened, ttl, reveal=reveal)


@command.command("list")
@options.as_json
@click.pass_obj
def show_all(session: Session, *, json: bool) -> None:
    """Show what snapshots there are, and what is open; what is over is closed first."""
    _sweep(session)
    found = [one for _, one in stores.every(session.project)]
    opened = [one for _, one in stores.opened(session.project)]
    if json:
        session.document(
            {
                "snapshots": [snapshot_document(one) for one in found],
                "open": [clone_document(one) for one in opened],
            }
        )
    else:
        session.print(list_text(found, opened, session.project.clock.now()))


@command.command("show")
@click.argument("snapshot", default="latest")
@options.as_json
@click.pass_obj
def show(session: Session, *, snapshot: str, json: bool) -> None:
    """Show all that is known of a snapshot: by its id, the beginning of it, or its label."""
    store, found = stores.find(session.project, snapshot)
    own = keeping.own_bytes(store, found)
    if json:
        session.document({**snapshot_document(found), "own_bytes": own})
    else:
        session.print(snapshot_text(found, own, session.project.clock.now()))


@command.command(
    "open", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("--snapshot", "word", default="latest", show_default=True, help="Which one.")
@_for
@options.as_json
@click.option("--reveal", is_flag=True, help="Show the password, too.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def open_one(
    context: click.Context, *, word: str, ttl: str, json: bool, reveal: bool, words: tuple[str, ...]
) -> None:
    """Open a snapshot: a server on a copy of it, for a while; then both are gone.

    With a command after `--` it is run with PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD and
    DATABASE_URL set, and FILES_… for the files that it holds; the copy is gone when it has ended.
    """
    session: Session = context.obj
    seconds = opening.lifetime(ttl)
    _sweep(session)
    store, found = stores.find(session.project, word)
    if words:
        with opening.while_open(session.project, store, found, seconds) as opened:
            code = _run(session, opened, words)
        context.exit(code)
    opened = opening.open_clone(session.project, store, found, seconds)
    if json:
        session.document(clone_document(opened.clone, opened, reveal=reveal))
    else:
        _tell(session, opened, ttl, reveal=reveal)


@command.command(
    "exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("--clone", default="", help="Which open copy, where there are several.")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def exec_(context: click.Context, *, clone: str, words: tuple[str, ...]) -> None:
    """Run a command of this machine with the variables that lead to an open copy."""
    session: Session = context.obj
    context.exit(_run(session, keeping.entered(session.project, clone), words))


@command.command("warm")
@click.option("--snapshot", "word", default="latest", show_default=True, help="Which one.")
@click.option(
    "--count", default=2, show_default=True, type=click.IntRange(min=1), help="How many wait."
)
@click.option("--for", "ttl", default="8h", show_default=True, help="How long they wait.")
@options.as_json
@click.pass_obj
def warm_up(session: Session, *, word: str, count: int, ttl: str, json: bool) -> None:
    """Have copies wait, open, for whoever opens the snapshot next: `open` and `rehearse` do."""
    seconds = opening.lifetime(ttl)
    _sweep(session)
    store, found = stores.find(session.project, word)
    new = opening.keep_waiting(session.project, store, found, seconds, count)
    if json:
        made = [clone_document(one) for one in new]
        session.document({"snapshot": found.id, "count": count, "new": made})
    else:
        session.print(f"{count} copies of {found.id} wait, {len(new)} of them new")


@command.command("close")
@click.argument("clone", default="")
@click.option("--all", "every", is_flag=True, help="All that are open.")
@options.as_json
@click.pass_obj
def close(session: Session, *, clone: str, every: bool, json: bool) -> None:
    """Close an open copy now; what was written into it is gone."""
    closed = keeping.close(session.project, clone, every=every)
    if json:
        session.document({"closed": closed})
    else:
        session.print("\n".join(f"closed {name}" for name in closed) or "nothing is open")


command.add_command(send_one)
command.add_command(show_sent)


@command.command("drop")
@click.argument("snapshots", nargs=-1, required=True)
@options.dry_run
@options.as_json
@click.pass_obj
def drop(session: Session, *, snapshots: tuple[str, ...], dry_run: bool, json: bool) -> None:
    """Remove snapshots; copies of them that are open stay open."""
    found = [stores.find(session.project, word)[1].id for word in snapshots]
    _drop(session, list(dict.fromkeys(found)), dry=dry_run, json=json)


@command.command("prune")
@click.option(
    "--keep", default=3, show_default=True, type=click.IntRange(min=0), help="How many stay."
)
@options.dry_run
@options.as_json
@click.pass_obj
def prune(session: Session, *, keep: int, dry_run: bool, json: bool) -> None:
    """Remove the oldest snapshots of each database; those with a label stay."""
    _sweep(session)
    found = [one.id for one in keeping.surplus(session.project, keep)]
    _drop(session, found, dry=dry_run, json=json)


def _drop(session: Session, names: Sequence[str], *, dry: bool, json: bool) -> None:
    for name in names:
        if not dry:
            keeping.drop(session.project, name)
        if not json:
            session.print(f"{'would drop' if dry else 'dropped'} {name}")
    if json:
        session.document({"dropped": list(names), "dry_run": dry})
    elif not names:
        session.print("there is nothing to drop")


def _tell(session: Session, opened: Opened, ttl: str, *, reveal: bool) -> None:
    unbounded = session.project.engine.throwaways().unbounded
    session.print(clone_text(opened, ttl, unbounded, reveal=reveal))


def _sweep(session: Session) -> None:
    for said in sweep.sweep(session.project):
        session.note(f"note: {said}")


def _run(session: Session, opened: Opened, words: tuple[str, ...]) -> int:
    """Run a command of this machine; of PostgreSQL's own, where it has none, the server's."""
    given = opened.environment()
    command: Sequence[str] = words
    if words[0] in _OWN and shutil.which(words[0]) is None:
        hands = session.project.engine.throwaways()
        command = hands.inside(opened.clone.name, words, sorted(given))
    try:
        done = subprocess.run(command, env={**os.environ, **given}, check=False)
    except OSError as error:
        raise BadInput(
            f"{words[0]} cannot be run: {(error.strerror or str(error)).lower()}",
            remedy="see how it is spelled, and whether it is installed",
        ) from error
    return done.returncode
