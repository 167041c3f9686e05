"""What has `partywall reap` run by itself: a line for cron, a timer of systemd."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

_MINUTES = 15


def cron(folder: Path) -> str:
    """A line for `crontab -e` of the user who owns the installation."""
    return f"*/{_MINUTES} * * * * {_command(folder).replace('%', chr(92) + '%')}"


def systemd(folder: Path, project: str) -> str:
    """A service and its timer, as files for /etc/systemd/system."""
    name = f"partywall-reap-{project}"
    command = _command(folder).replace("%", "%%")
    return (
        f"# /etc/systemd/system/{name}.service\n"
        "[Unit]\n"
        f"Description=Remove previews of {project} whose time is over\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"ExecStart={command}\n\n"
        f"# /etc/systemd/system/{name}.timer\n"
        "[Unit]\n"
        f"Description=Look for previews of {project} whose time is over\n\n"
        "[Timer]\n"
        f"OnCalendar=*:0/{_MINUTES}\n"
        "Persistent=true\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n\n"
        f"# then: systemctl daemon-reload && systemctl enable --now {name}.timer"
    )


def _command(folder: Path) -> str:
    return shlex.join([sys.executable, "-m", "partywall", "-C", str(folder), "reap"])
