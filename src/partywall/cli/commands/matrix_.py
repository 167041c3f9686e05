"""`partywall matrix`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.matrix_lines import MatrixLines
from partywall.cli.session import Session, style_of
from partywall.workflows.matrix.document import document
from partywall.workflows.matrix.run import Asked, matrix


@click.command("matrix")
@click.argument(
    "architectures",
    nargs=-1,
    shell_complete=options.complete_architecture,
    metavar="[ARCHITECTURE]...",
)
@click.option("--quick", is_flag=True, help="Fewer rounds: about a third of the time.")
@click.option("--fresh", is_flag=True, help="Measure again what was measured before.")
@options.as_json
@click.pass_obj
def command(
    session: Session, architectures: tuple[str, ...], quick: bool, fresh: bool, json: bool
) -> None:
    """Bring every architecture up in a scratch copy of this app, and measure it.

    The installation here is only looked at. What was measured is kept in .partywall/matrix; a run
    that broke off goes on from there. The exit code is 1 when none could be measured.
    """
    lines = MatrixLines(sys.stderr, style_of(sys.stderr))
    asked = Asked(names=architectures, quick=quick, fresh=fresh)
    found = matrix(session.project, asked, lines)
    if json:
        session.document(document(found))
        return
    from partywall.cli.render.matrix_text import matrix_text  # noqa: PLC0415  (only for people)

    session.print(matrix_text(document(found), style_of(sys.stdout)))
