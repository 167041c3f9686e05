"""Wires the Docker engine."""

from __future__ import annotations

import os
from pathlib import Path

from partywall.compose.cli import program
from partywall.engines.docker import host
from partywall.engines.docker.api import Api
from partywall.engines.docker.engine import DockerEngine
from partywall.interfaces import EngineParts


def build(parts: EngineParts) -> DockerEngine:
    """The engine for one project, with nothing started yet.

    Raises:
        Refused: when another engine than this machine's is named.
        MachineFailed: when there is no Compose CLI.
    """
    return DockerEngine(parts, Api(host.find(os.environ, Path.home())), program())
