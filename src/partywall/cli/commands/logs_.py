"""`partywall logs`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from partywall.cli import options
from partywall.cli.render.columns import clean
from partywall.cli.session import Session, style_of
from partywall.workflows import logs

_CALM = ("blue", "cyan", "violet", "green", "amber")


@click.command("logs")
@options.one_environment
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("-F", "--follow", is_flag=True, help="Keep showing what comes, until Ctrl-C.")
@click.option("-n", "--lines", default=50, show_default=True, help="Lines of each service.")
@click.pass_obj
def command(
    session: Session, environment: str, services: tuple[str, ...], follow: bool, lines: int
) -> None:
    """Show what services of an environment write; jobs and `machine edge` too."""
    chosen = logs.chosen(session.project, environment, services)
    _show(logs.last(chosen, max(lines, 0)), set(chosen))
    if follow:
        _show(logs.follow(chosen), set(chosen))


def _show(lines: Iterable[logs.Line], names: set[str]) -> None:
    style = style_of(sys.stdout)
    width = max((len(name) for name in names), default=0)
    colours = {name: _CALM[i % len(_CALM)] for i, name in enumerate(sorted(names))}
    for line in lines:
        name = style.paint(f"{line.service:<{width}}", colours.get(line.service, "dim"))
        click.echo(f"{name} | {clean(line.text)}" if len(names) > 1 else clean(line.text))
