"""`partywall render`."""

from __future__ import annotations

import click

from partywall.cli import options
from partywall.cli.session import Session
from partywall.workflows.render import render


@click.command("render")
@options.environment
@click.pass_obj
def command(session: Session, environment: str | None) -> None:
    """Write plain Compose files, one folder per environment, that run without Partywall."""
    project = session.project
    names = list(project.settings.environments) if environment is None else [environment]
    for name in names:
        project.environment(name)
    for path in render(project, names):
        inside = path.is_relative_to(project.folder)
        session.print(str(path.relative_to(project.folder) if inside else path))
