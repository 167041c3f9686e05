"""`partywall preview`."""

from __future__ import annotations

import sys
import time

import click
import msgspec

from partywall.cli import options
from partywall.cli.changing import carry_out
from partywall.cli.render.amounts import duration
from partywall.cli.render.progress import StepLines
from partywall.cli.session import Session, style_of
from partywall.execution import previews as recorded
from partywall.workflows import previews
from partywall.workflows.variables import PASSWORD


class Previews(click.Group):
    """Its commands; any other word is the branch of a preview to make."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """With `make` before what is no command."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group("preview", cls=Previews)
def command() -> None:
    """Make, list and remove environments of a branch for a while.

    `make` may be left out: any other word is the branch of a preview to make.
    """


@command.command("make")
@click.argument("branch")
@click.option("--ttl", default="3d", show_default=True, help="How long it stays from now on.")
@click.option(
    "--max", "most", default=5, show_default=True, type=click.IntRange(min=1),
    help="How many previews there may be.",
)  # fmt: skip
@options.dry_run
@options.yes
@options.as_json
@click.pass_obj
def make(  # noqa: PLR0913  (click's interface: one per option)
    session: Session, branch: str, *, ttl: str, most: int, dry_run: bool, yes: bool, json: bool
) -> None:
    """Make a preview of a branch: an address, a password and data of its own, until it is over."""
    if not dry_run:
        session.reap()
    wanted = previews.wanted(session.project, branch, ttl, most)
    session.project = wanted.project
    if dry_run:
        carry_out(session, wanted.goal, dry=True, sure=yes, json=json)
        return
    previews.record(wanted)
    carry_out(session, wanted.goal, dry=False, sure=yes, json=json, reap=False)
    if not json:
        name = wanted.preview.name
        left = duration(wanted.preview.until - time.time())
        session.print(
            f"{name}  {session.project.url(name)}  user {name}, password: "
            f"`partywall env {name} {PASSWORD} --reveal`  stays for {left}"
        )


@command.command("list")
@options.as_json
@click.pass_obj
def show(session: Session, json: bool) -> None:
    """Show what previews there are and how long they stay; those that are over go first."""
    session.reap()
    found = list(recorded.read(session.project.home).values())
    if json:
        made = [{**msgspec.to_builtins(one), "url": session.project.url(one.name)} for one in found]
        session.document({"previews": made})
        return
    if not found:
        session.print("there are no previews")
    for one in found:
        left = duration(max(0.0, one.until - time.time()))
        session.print(
            f"{one.name}  {one.branch}  {session.project.url(one.name)}  stays for {left}"
        )


@command.command("remove")
@click.argument("name")
@click.pass_obj
def remove(session: Session, name: str) -> None:
    """Remove a preview now, with its data: they do not go to the trash."""
    with StepLines(sys.stderr, style_of(sys.stderr)) as lines:
        previews.remove(session.project, name, lines)
    session.print(f"removed {name}")
