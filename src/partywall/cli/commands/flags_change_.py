"""`partywall flags on`, `off`, `rollout`, `target`, `reset`, `promote`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from partywall.cli import options
from partywall.cli.render.flags_text import changed_text, changes_document
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput
from partywall.workflows.flags import changing, conditions, promoting, reading
from partywall.workflows.flags.changing import Changed, Make


def complete_flag(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001  (click's interface)
    incomplete: str,
) -> list[str]:
    """Names of flags, for shell completion."""
    from pathlib import Path  # noqa: PLC0415  (only while completing)

    from partywall.flags import definitions  # noqa: PLC0415  (only while completing)
    from partywall.model.errors import PartywallError  # noqa: PLC0415  (only while completing)

    root = context.find_root().params
    folder = Path(root.get("directory") or Path()).absolute()
    try:
        known = definitions.load(folder, definitions.COMMON).flags
    except PartywallError:
        return []
    return [key for key in known if key.startswith(incomplete)]


_in = click.option(
    "--in",
    "environment",
    default="",
    metavar="ENVIRONMENT",
    shell_complete=options.complete_environment,
    help="Where; production when nothing is said.",
)
_variant = click.option("--variant", default="", help="Which one, of a flag that is no boolean.")
_flag = click.argument("key", metavar="FLAG", shell_complete=complete_flag)


def _changes(made: Any) -> Any:  # noqa: ANN401
    """What every changing command has."""
    for option in (click.pass_obj, options.as_json, options.dry_run, options.yes, _in):
        made = option(made)
    return made


@click.command("on")
@_flag
@_variant
@_changes
def on(session: Session, *, key: str, variant: str, **said: Any) -> None:  # noqa: ANN401
    """Switch a flag on for everybody."""
    verb = f"on --variant {variant}" if variant else "on"
    _one(session, key, verb, changing.switched_on(variant), **said)


@click.command("off")
@_flag
@_changes
def off(session: Session, *, key: str, **said: Any) -> None:  # noqa: ANN401
    """Switch a flag off for everybody, whoever was targeted."""
    _one(session, key, "off", changing.switched_off, **said)


@click.command("rollout")
@_flag
@click.argument("percent", metavar="PERCENT")
@_variant
@_changes
def rollout(
    session: Session,
    *,
    key: str,
    percent: str,
    variant: str,
    **said: Any,  # noqa: ANN401
) -> None:
    """Switch a flag on for a part of all users: the same ones each time, and more when it is more.

    The app says who a user is (OpenFeature's targeting key); whom it names nobody gets what is off.
    """
    make = changing.rolled_out(variant, percent)
    verb = f"rollout {percent}" + (f" --variant {variant}" if variant else "")
    _one(session, key, verb, make, **said)


@click.command("target")
@_flag
@click.argument("variant", default="")
@click.option("--users", default="", metavar="KEY,KEY", help="The users with these keys.")
@click.option("--when", default="", metavar="CONDITION", help="For example `plan in pro,team`.")
@click.option("--rule", default="", metavar="JSON", help="A rule in JsonLogic.")
@click.option("--clear", is_flag=True, help="Take all rules away.")
@_changes
def target(  # noqa: PLR0913  (click's interface: one per option)
    session: Session,
    *,
    key: str,
    variant: str,
    users: str,
    when: str,
    rule: str,
    clear: bool,
    **said: Any,  # noqa: ANN401
) -> None:
    """Give VARIANT to some users, whatever the others get; the newest rule is asked first."""
    given = [bool(users), bool(when), bool(rule), clear]
    if sum(given) != 1:
        raise BadInput(
            "a rule is one of `--users`, `--when`, `--rule`, or they go with `--clear`",
            remedy=f"for example: `partywall flags target {key} on --users anna,ben`",
        )
    if clear:
        _one(session, key, "target --clear", changing.untargeted, **said)
        return
    if not variant:
        raise BadInput("no variant is named", remedy=f"write `flags target {key} VARIANT …`")
    made, words = (
        conditions.users(users)
        if users
        else conditions.condition(when)
        if when
        else conditions.rule(rule)
    )
    _one(
        session, key, f"target {variant}: {words}", changing.targeted(variant, made, words), **said
    )


@click.command("reset")
@_flag
@_changes
def reset(session: Session, *, key: str, **said: Any) -> None:  # noqa: ANN401
    """Have a flag be as its file defines it, whatever has been said since."""
    _one(session, key, "reset", changing.as_defined, **said)


@click.command("promote")
@click.argument("source", metavar="FROM", shell_complete=options.complete_environment)
@click.argument("to", metavar="TO", shell_complete=options.complete_environment)
@click.argument("keys", metavar="[FLAG]...", nargs=-1, shell_complete=complete_flag)
@options.yes
@options.dry_run
@options.as_json
@click.pass_obj
def promote(  # noqa: PLR0913  (click's interface: one per option)
    session: Session,
    *,
    source: str,
    to: str,
    keys: tuple[str, ...],
    yes: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """Put in force in TO what is in force in FROM, of all flags or of some; shows it first."""
    for said in promoting.apart(session.project, source, to, keys):
        session.note(f"note: {said}")
    chosen, make = promoting.promoted(session.project, source, to, keys)
    _change(
        session, to, chosen, f"promote {source} {to}", make, yes=yes, dry_run=dry_run, json=json
    )


def _one(  # noqa: PLR0913  (what every changing command is given)
    session: Session,
    key: str,
    verb: str,
    make: Make,
    *,
    environment: str,
    yes: bool,
    dry_run: bool,
    json: bool,
) -> None:
    name = environment or session.project.settings.production.name
    _change(session, name, [key], verb, lambda _: make, yes=yes, dry_run=dry_run, json=json)


def _change(  # noqa: PLR0913  (what is changed, and how it is asked and told)
    session: Session,
    name: str,
    keys: Sequence[str],
    verb: str,
    make: Callable[[str], Make],
    *,
    yes: bool,
    dry_run: bool,
    json: bool,
) -> None:
    if dry_run:
        flags = reading.read(session.project, name)
        now = session.project.clock.now()
        whole = (changing.planned(flags, key, make(key), now) for key in keys)
        done = [one for one in whole if not one.same]
    else:
        asking = _asking(session, yes=yes, quiet=json)
        done = changing.change(session.project, name, keys, verb, make, asking)
    if json:
        session.document(changes_document(done, would=dry_run))
    else:
        session.print(changed_text(done, style_of(sys.stdout), would=dry_run))


def _asking(session: Session, *, yes: bool, quiet: bool) -> Callable[[list[Changed]], None]:
    """Shows what will be done, and has production's name typed."""

    def asking(changes: list[Changed]) -> None:
        (name,) = {one.environment for one in changes}
        if not yes and not quiet:
            session.note(changed_text(changes, style_of(sys.stderr), would=True))
        if name in session.production:
            session.confirm(name, "This changes flags of", yes=yes)

    return asking


COMMANDS = (on, off, rollout, target, reset, promote)
