"""Addresses and ports of this machine: what is free, what answers."""

from __future__ import annotations

import contextlib
import socket

from partywall.model.errors import MachineFailed


def can_bind(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Sockets in TIME_WAIT, left by a server that has just ended, hinder no new server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def free_port(host: str) -> int:
    """A port that nothing listens on.

    Raises:
        MachineFailed: when there is none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            raise MachineFailed(
                f"no free port at {host}: {error.strerror}",
                remedy="stop programs that hold many ports, or widen ip_local_port_range",
            ) from error
        port: int = probe.getsockname()[1]
        return port


def answers(host: str, port: int, seconds: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), seconds):
        return True
    return False
