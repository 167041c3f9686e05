"""What has verbs run by themselves: lines for cron, a timer of systemd."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TOLD = ("DOCKER_CONTEXT", "DOCKER_HOST", "PARTYWALL_COMMONS", "XDG_DATA_HOME")
"""What of our own variables leads to another engine or another edge than the customary ones."""
_MINUTES = 15
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


def cron(folder: Path, environ: Mapping[str, str]) -> str:
    """A line that removes previews whose time is over; `environ` is as in `crontab`."""
    return crontab(f"*/{_MINUTES} * * * *", _command(folder, "reap"), environ)


def proving(folder: Path, names: Sequence[str], environ: Mapping[str, str]) -> str:
    """A line that proves the walls each hour and is silent while nothing changes.

    Args:
        folder: the app's.
        names: environments; none: all.
        environ: as in `crontab`.
    """
    return crontab("17 * * * *", _command(folder, "prove", "--quiet", *names), environ)


def crontab(when: str, words: Sequence[str], environ: Mapping[str, str]) -> str:
    """A line for `crontab -e` of the user who owns the installation.

    Args:
        when: its five fields of time.
        words: the argument list.
        environ: variables that lead to the same engine and the same edge.
    """
    told = [f"{name}={shlex.quote(value)}" for name, value in sorted(environ.items())]
    command = " ".join([*told, shlex.join(words)])
    return f"{when} {command.replace('%', chr(92) + '%')}"


def systemd(folder: Path, project: str, user: str, environ: Mapping[str, str]) -> str:
    """A service and its timer, as files for /etc/systemd/system.

    Args:
        folder: the app's.
        project: its name.
        user: who owns the installation.
        environ: variables that lead to the same engine and the same edge.
    """
    name = f"partywall-reap-{project}"
    told = (f"Environment={_quoted(f'{key}={value}')}\n" for key, value in sorted(environ.items()))
    command = " ".join(map(_quoted, _command(folder, "reap"))).replace("$", "$$")
    return (
        f"# /etc/systemd/system/{name}.service\n"
        "[Unit]\n"
        f"Description=Remove previews of {project} whose time is over\n"
        "After=docker.service\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"User={user}\n"
        f"{''.join(told)}"
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


def _command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "partywall", "-C", str(folder), *words]


def _quoted(word: str) -> str:
    """A word as systemd reads it: another quoting than a shell's, and % is its own."""
    text = word.replace("%", "%%")
    if _PLAIN.fullmatch(word):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
