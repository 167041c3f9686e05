"""`partywall reap`."""

from __future__ import annotations

import os

import click

from partywall.cli import options
from partywall.cli.render.timers import TOLD, cron, systemd
from partywall.cli.session import Session
from partywall.execution.owner import user_of
from partywall.model.errors import BadInput


@click.command("reap")
@click.option("--cron", "as_cron", is_flag=True, help="Print a line for crontab instead.")
@click.option("--systemd", "as_timer", is_flag=True, help="Print a systemd timer instead.")
@options.as_json
@click.pass_obj
def command(session: Session, as_cron: bool, as_timer: bool, json: bool) -> None:
    """Remove previews whose time is over; changing commands do so, too."""
    if as_cron and as_timer:
        raise BadInput("--cron or --systemd?", remedy="say one of them")
    folder = session.project.folder
    told = {name: os.environ[name] for name in TOLD if name in os.environ}
    if as_cron:
        session.print(cron(folder, told))
    elif as_timer:
        home = session.project.home
        user = user_of((home if home.exists() else folder).stat().st_uid)
        session.print(systemd(folder, session.project.settings.project, user, told))
    else:
        said = session.reap(quiet=json)
        if json:
            session.document({"said": said})
        elif not said:
            session.print("no preview is over")
