"""`partywall matrix`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from partywall.cli import options
from partywall.cli.render.matrix_lines import MatrixLines
from partywall.cli.render.matrix_page.page import page
from partywall.cli.render.matrix_page.topology import with_topologies
from partywall.cli.render.matrix_text import explain_text, matrix_text
from partywall.cli.render.matrix_words import Document
from partywall.cli.session import Session, style_of
from partywall.system.files import write_atomically
from partywall.workflows.matrix.document import document, place
from partywall.workflows.matrix.run import Asked, matrix
from partywall.workflows.matrix.worlds import worlds
from partywall.workflows.project import Project


@click.command("matrix")
@click.argument(
    "architectures",
    nargs=-1,
    shell_complete=options.complete_architecture,
    metavar="[ARCHITECTURE]...",
)
@click.option("--quick", is_flag=True, help="Fewer and shorter rounds.")
@click.option("--fresh", is_flag=True, help="Measure again what was measured before.")
@click.option("--explain", is_flag=True, help="Print the figures that gave each rating, too.")
@options.as_json
@click.pass_obj
def command(
    session: Session,
    architectures: tuple[str, ...],
    *,
    quick: bool,
    fresh: bool,
    explain: bool,
    json: bool,
) -> None:
    """Bring every architecture up in a scratch copy of this app, and measure it.

    The installation here is only looked at. What was measured is kept in .partywall/matrix; a run
    that broke off goes on from there. The exit code is 1 when none could be measured.
    """
    lines = MatrixLines(sys.stderr, style_of(sys.stderr))
    asked = Asked(names=architectures, quick=quick, fresh=fresh)
    found = matrix(session.project, asked, lines)
    said = document(found)
    where = _page(session.project, said)
    if json:
        session.document(said)
    else:
        style = style_of(sys.stdout)
        texts = [matrix_text(said, style), *([explain_text(said, style)] if explain else [])]
        session.print("\n\n".join(texts))
    session.note(f"as a page: {where}")


def _page(project: Project, said: Document) -> Path:
    """Where the page is written; its drawings are of the app as it is now."""
    drawn = with_topologies(
        said, worlds(project, said["architectures"]), (project.settings.production.name,)
    )
    path = place(project.home, project.engine.name).with_suffix(".html")
    write_atomically(path, page(drawn).encode(), 0o644)
    return path
