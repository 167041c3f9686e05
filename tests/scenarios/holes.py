"""Holes in the walls of an installation that stands, made for a while."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from partywall.edge import load
from partywall.workflows.opening import Where, open_project
from scenarios.installation import Installation


@contextmanager
def no_password(installation: Installation, environment: str = "dev") -> Iterator[None]:
    """The addresses of an environment ask for no password."""
    edge = open_project(Where(folder=installation.folder)).edge
    path = edge.fragments / f"{installation.project}.{environment}.json"
    kept = path.read_bytes()
    without: dict[str, Any] = json.loads(kept)
    for served in without["routes"]:
        del served["thing"]["auth"], served["hash"]
    path.write_text(json.dumps(without))
    try:
        load.reload(edge)
        yield
    finally:
        path.write_bytes(kept)
        load.reload(edge)
