"""Addresses and ports of this machine: what is free, what answers."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Collection
from pathlib import Path

from partywall.model.errors import MachineFailed

_LISTEN = "0A"


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


def listening(port: int) -> list[tuple[str, int]]:
    """The sockets that listen there over IPv4: address and inode, as /proc/net/tcp has them."""
    return understand_listening(Path("/proc/net/tcp").read_text(), port)


def understand_listening(table: str, port: int) -> list[tuple[str, int]]:
    """The lines of /proc/net/tcp (proc(5)) that listen on a port."""
    rows = [line.split() for line in table.splitlines()[1:]]
    return [
        (socket.inet_ntoa(bytes.fromhex(row[1][:8])[::-1]), int(row[9]))
        for row in rows
        if row[3] == _LISTEN and int(row[1][9:], 16) == port
    ]


def holders(inodes: Collection[int]) -> dict[int, set[int]]:
    """Inode of a socket → the processes that hold it, as far as we may see."""
    names = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[int, set[int]] = {inode: set() for inode in inodes}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end at any moment, or be another user's
            for place in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if (inode := names.get(str(place.readlink()))) is not None:
                        found[inode].add(int(process.name))
    return found
