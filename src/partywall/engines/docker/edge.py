"""The edge's parts as containers, and their ways into the environments' networks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from partywall.interfaces import EdgeProgram
from partywall.model.world import Instance

Json = dict[str, Any]
_PROGRAM = "caddy"
"""Caddy in its image: the program of the machine is not in there."""
_GRACE = "10s"
_LOG = {"driver": "local", "options": {"max-size": "10m", "max-file": "5"}}
"""Kept by the engine as any container's, and never more than that."""


def service(
    instance: Instance, programs: Callable[[str], EdgeProgram], networks: Iterable[str]
) -> Json:
    """A part of the edge as a Compose service.

    The one that owns the ports is in the machine's own network: it sees who calls, and binds what
    the settings say and nothing else. The others listen on unix sockets alone, and are in a
    network of every environment that they lead to.

    Args:
        instance: the part.
        programs: how each part is run.
        networks: what the environments' networks are called in the document.
    """
    program = programs(instance.service)
    folders = dict.fromkeys((program.folder, *program.needs))
    made: Json = {
        "image": instance.image,
        "command": [_PROGRAM, *program.command[1:]],
        "environment": dict(program.environment),
        "volumes": [{"type": "bind", "source": one, "target": one} for one in folders],
        "working_dir": program.folder,
        # The sockets are for their owner alone: the user whose command lines speak to them.
        "user": f"{os.geteuid()}:{os.getegid()}",
        "restart": "unless-stopped",
        "stop_grace_period": _GRACE,
        "logging": _LOG,
    }
    if program.socket:
        return {**made, "networks": dict.fromkeys(("default", *networks))}
    return {**made, "network_mode": "host"}
