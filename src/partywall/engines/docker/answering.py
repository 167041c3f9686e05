"""Whether a service without a health check answers: somebody accepts a connection on its port."""

from __future__ import annotations

import socket
from collections.abc import Callable

from partywall.engines.docker.reach import addresses
from partywall.engines.docker.ready import ready
from partywall.engines.docker.understand import Inspected
from partywall.model.app import Role
from partywall.model.world import Instance

_SECONDS = 0.5
_VISITED = frozenset({Role.WEB, Role.APP, Role.FILES})


def readiness(instance: Instance) -> Callable[[Inspected], bool]:
    """What an instance is waited for: its own health check, or that somebody accepts a connection.

    The check is ours where the Compose file has none and its image brings none; without it
    visitors would be led to a program that is still starting.
    """
    if instance.role not in _VISITED or not instance.ports:
        return ready

    def asked(inspected: Inspected) -> bool:
        if not ready(inspected):
            return False
        checked = (inspected["State"].get("Health") or {}).get("Status", "none") != "none"
        return checked or accepts(inspected, instance.ports[0])

    return asked


def accepts(inspected: Inspected, port: int) -> bool:
    """Whether a container accepts a connection; one in no network of its own is not asked."""
    places = addresses(inspected)
    if not places:
        return True
    try:
        socket.create_connection((places[0], port), timeout=_SECONDS).close()
    except OSError:
        return False
    return True
