"""`partywall flags on`, `off`, `rollout`, `target`, `reset`, `promote`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from partywall.cli import options
from partywall.cli.render.error_text import error_text
from partywall.cli.render.flags_text import (
    changed_text,
    changes_document,
    looked_document,
    looked_text,
)
from partywall.cli.session import Session, style_of
from partywall.flags.climbing import Act
from partywall.model.errors import BadInput
from partywall.workflows.flags import asked, changing, climb, conditions, promoting, reading
from partywall.workflows.flags.changing import Changed, Make, Order
from partywall.workflows.flags.climb import Looked
from partywall.workflows.flags.reading import Flags
from partywall.workflows.project import Project

_LOOK_SECONDS = 10.0
"""Between two looks at rollouts, at most."""


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
    """Switch a flag off for everybody, whoever was targeted, even while a file is wrong."""
    _one(session, key, "off", changing.switched_off, read=reading.surely, **said)


@click.command("rollout")
@_flag
@click.argument("percent", metavar="PERCENT[,PERCENT]...")
@_variant
@click.option("--every", default="", metavar="TIME", help="How long each step is kept (`1h`).")
@click.option("--most-errors", type=float, help="Percent of visits with errors that halts it.")
@click.option("--most-above", type=float, help="Points above the other variants that halt it.")
@click.option("--least", type=int, help="Visits by which errors are judged at the least (100).")
@click.option("--back", is_flag=True, help="When it halts, go back to 0 % instead of staying.")
@_changes
def rollout(  # noqa: PLR0913  (click's interface: one per option)
    session: Session,
    *,
    key: str,
    percent: str,
    variant: str,
    every: str,
    most_errors: float | None,
    most_above: float | None,
    least: int | None,
    back: bool,
    **said: Any,  # noqa: ANN401
) -> None:
    """Switch a flag on for a part of all users: the same ones each time, and more when it is more.

    The app says who a user is (OpenFeature's targeting key); whom it names nobody gets what is off.
    With several percentages it climbs, a step each time that `flags climb` finds one due, and halts
    when a service is not healthy or more visits than allowed have the outcome `error`. A visit is a
    user in five minutes; with too few of them to judge errors by it does not climb.
    """
    verb = f"rollout {percent}" + (f" --variant {variant}" if variant else "")
    if "," not in percent:
        if every or back or (most_errors, most_above, least) != (None, None, None):
            raise BadInput(
                "one percentage does not climb", remedy="write for example `1,10,50,100 --every 1h`"
            )
        _one(session, key, verb, changing.rolled_out(variant, percent), **said)
        return
    now = session.project.clock.now()
    made = asked.climb(
        percent,
        every,
        now,
        most_errors=most_errors,
        most_above=most_above,
        least=least,
        back=back,
    )
    name = said["environment"] or session.project.settings.production.name
    make = climb.begun(session.project, name, variant, made)
    _one(session, key, f"{verb} --every {every}", make, **said)


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
    verb = f"promote {source} {to}"
    order = Order(environment=to, keys=tuple(chosen), verb=verb, make=make)
    _change(session, order, yes=yes, dry_run=dry_run, json=json)


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
    read: Callable[[Project, str], Flags] = reading.read,
) -> None:
    name = environment or session.project.settings.production.name
    order = Order(environment=name, keys=(key,), verb=verb, make=lambda _: make, read=read)
    _change(session, order, yes=yes, dry_run=dry_run, json=json)


def _change(session: Session, order: Order, *, yes: bool, dry_run: bool, json: bool) -> None:
    if why := reading.unserved(session.project):
        session.note(f"note: {why}")
    if order.read is reading.surely and (
        why := reading.trouble(session.project, order.environment)
    ):
        session.note(f"note: {why}")
    if dry_run:
        _, done = changing.plan(session.project, order)
    else:
        asking = _asking(session, yes=yes, quiet=json)
        done = changing.change(session.project, order, asking)
    if json:
        session.document(changes_document(done, would=dry_run))
    else:
        session.print(changed_text(done, style_of(sys.stdout), would=dry_run))


def _asking(session: Session, *, yes: bool, quiet: bool) -> Callable[[list[Changed]], None]:
    """Shows what will be done, and has production's name typed."""

    def asking(changes: list[Changed]) -> None:
        (name,) = {one.environment for one in changes}
        if name in session.production:
            if not yes and not quiet:
                session.note(changed_text(changes, style_of(sys.stderr), would=True))
            session.confirm(name, "This changes flags of", yes=yes)

    return asking


@click.command("climb")
@click.option("--wait", is_flag=True, help="Stay until no rollout climbs any more.")
@options.dry_run
@options.as_json
@click.pass_context
def climb_on(context: click.Context, *, wait: bool, dry_run: bool, json: bool) -> None:
    """Go on with rollouts that climb: each one whose step has had its time, or halt it.

    Meant for cron, for example every five minutes. Exit code 1 when one has halted. What is wrong
    with one of them is said at the end, when all the others have been seen to.
    """
    session: Session = context.obj
    halted = False
    while True:
        found = list(climb.go_on(session.project, dry_run=dry_run))
        looked = [one for one in found if isinstance(one, Looked)]
        failed = [one for one in found if not isinstance(one, Looked)]
        halted = halted or any(one.decision.act is Act.HALT for one in looked)
        last = not wait or dry_run or bool(failed) or all(one.over for one in looked)
        if json and last:
            session.document(looked_document(looked))
        elif not json:
            session.print(looked_text(looked, style_of(sys.stdout)))
        if last:
            break
        session.project.clock.sleep(_pause(looked, session.project.clock.now()))
    for error in failed if halted else failed[1:]:
        session.note(error_text(error, style_of(sys.stderr)))
    if failed and not halted:
        raise failed[0]
    context.exit(1 if halted else 0)


def _pause(looked: Sequence[Looked], now: float) -> float:
    """Seconds until the next look: errors are seen early, and so is the end of a step."""
    due = [one.decision.until for one in looked if one.decision.until is not None]
    return max(0.5, min([_LOOK_SECONDS, *(until - now for until in due)]))


COMMANDS = (climb_on, on, off, rollout, target, reset, promote)
