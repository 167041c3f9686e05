"""`partywall init`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.columns import sendable
from partywall.cli.render.findings_markdown import init_markdown
from partywall.cli.render.findings_text import init_text
from partywall.cli.session import Session, style_of
from partywall.model.errors import BadInput
from partywall.workflows import init
from partywall.workflows.project import Project


@click.command("init")
@click.option("--report", "only", is_flag=True, help="Only say what is understood; write nothing.")
@click.option("--markdown", is_flag=True, help="The report as Markdown.")
@click.option(
    "--architecture",
    metavar="NAME",
    shell_complete=options.complete_architecture,
    help="How environments are kept apart: `shared`, `dual+limits`; without it `dual`.",
)
@options.dry_run
@options.as_json
@click.pass_obj
def command(
    session: Session,
    only: bool,
    markdown: bool,
    architecture: str | None,
    dry_run: bool,
    json: bool,
) -> None:
    """Read the Compose file; write a commented partywall.yaml and env files with fresh secrets.

    Files that are there already are never overwritten.
    """
    if json and markdown:
        raise BadInput("--json and --markdown are two forms of one report", remedy="choose one")
    chosen = init.chosen(session.project, architecture) if architecture else session.project
    project, why = init.proposed(chosen)
    reported = init.report(project)
    if json:
        session.document(reported)
    elif markdown:
        session.print(sendable(init_markdown(reported), style_of(sys.stdout)))
    else:
        session.print(init_text(reported, style_of(sys.stdout)))
    if only or dry_run:
        return
    _write(session, project, reported, why)


def _write(session: Session, project: Project, reported: init.Report, why: str) -> None:
    written = init.write(project, reported, why)
    for path in written:
        session.note(f"wrote {path.name}")
    if why and written:
        session.note(f"the domain {project.settings.domain} is from {why}: see partywall.yaml")
    for name, keys in init.blanks(project).items():
        session.note(f"fill in for {name}: {', '.join(keys)}")
    if not written:
        session.note("everything was there already: nothing was written")
