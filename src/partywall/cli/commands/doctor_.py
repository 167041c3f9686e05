"""`partywall doctor`."""

from __future__ import annotations

import sys

import click

from partywall.cli import options
from partywall.cli.render.findings_text import doctor_text
from partywall.cli.session import Session, style_of
from partywall.workflows.doctor import doctor


@click.command("doctor")
@options.as_json
@click.pass_context
def command(context: click.Context, json: bool) -> None:
    """Find what is wrong here and say what to do; exit code 1 when something is."""
    session: Session = context.obj
    findings = doctor(session.project)
    if json:
        session.document({"findings": findings})
    else:
        session.print(doctor_text(findings, style_of(sys.stdout)))
    context.exit(1 if any(one["level"] == "wrong" for one in findings) else 0)
