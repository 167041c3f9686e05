"""Where that is kept which all projects of a machine have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from partywall.interfaces import Commons
from partywall.system import machine

VARIABLE = "PARTYWALL_COMMONS"
"""Names another folder; the edge and everything else in common is then apart from the usual."""
_OF_ROOT = Path("/var/lib/partywall")
_NAME = "partywall"


def find(environ: Mapping[str, str]) -> Commons:
    """The folder and the name: the machine's, or a user's own where there is no root."""
    said = environ.get(VARIABLE)
    if not said:
        return Commons(folder=_usual(environ), name=_NAME)
    folder = Path(said).absolute()
    digest = hashlib.sha256(bytes(folder)).hexdigest()[:8]
    return Commons(folder=folder, name=f"{_NAME}-{digest}")


def _usual(environ: Mapping[str, str]) -> Path:
    if machine.is_root():
        return _OF_ROOT
    data = environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / _NAME
