"""Where a project's edge is and how it is called; the path of its sockets has to be short."""

from __future__ import annotations

import os
from pathlib import Path

from partywall.compose.settings import Settings
from partywall.edge import sides
from partywall.edge.home import EdgeHome
from partywall.edge.settings import CURRENT, SOCKET_BYTES, EdgeSettings, Tls
from partywall.interfaces import EdgeProgram
from partywall.model.errors import Refused
from partywall.system import files
from partywall.workflows.edge_ports import LOOPBACK, Ports

SERVICES = {"edge": sides.FRONT, **{f"edge-{side}": side for side in sides.SIDES}}
"""The parts of the edge by the names of their instances in a world."""
_LONGEST = f"{CURRENT}/65535.lock"


def home(folder: Path, settings: Settings, ports: Ports, token: str) -> EdgeHome:
    """The edge of one project.

    Args:
        folder: everything the edge keeps.
        settings: the project's.
        ports: as chosen or remembered.
        token: tells this installation's socket from others', where its own path is too long.
    """
    said = settings.edge
    bind = said.bind or LOOPBACK
    acme = said.acme
    return EdgeHome(
        folder=folder,
        settings=EdgeSettings(
            http_port=ports.http,
            https_port=ports.https,
            ports=tuple(sorted(ports.own.values())),
            bind=(bind,),
            trusted=tuple(said.trusted or ()),
            tls=Tls(settings.tls),
            email=said.email or "",
            directory=(acme.directory if acme else None) or "",
            root=(acme.root if acme else None) or "",
            sockets=str(_sockets(folder, token)),
            storage=str(folder / "storage"),
            logs=str(folder / "logs"),
        ),
    )


def program(edge: EdgeHome, service: str) -> EdgeProgram:
    """How the embedded engine starts a part of it; `service` as the world names it."""
    from partywall.edge import command  # noqa: PLC0415  (only a start needs it)

    part = SERVICES[service]
    port = edge.settings.main_port
    return EdgeProgram(
        command=command.run(edge, part),
        environment=command.environment(edge.settings),
        folder=str(edge.folder),
        socket="" if part == sides.FRONT else edge.settings.listener(part, port),
        needs=(edge.settings.sockets,),
    )


def prepare(edge: EdgeHome) -> None:
    """The folders that Caddy expects; the socket's folder belongs to us alone.

    Raises:
        Refused: when somebody else made the socket's folder.
    """
    for folder in (edge.folder, Path(edge.settings.storage), Path(edge.settings.logs)):
        files.make_folder(folder)
    place = Path(edge.settings.sockets)
    files.make_folder(place)
    if place.stat().st_uid != os.geteuid():
        raise Refused(
            f"{place} belongs to somebody else", remedy="remove it, or use a shorter project path"
        )
    sides.prepare(edge)


def _sockets(folder: Path, token: str) -> Path:
    near = folder / "run"
    if len(str(near / _LONGEST).encode()) <= SOCKET_BYTES:
        return near
    return Path(f"/tmp/partywall-{os.geteuid()}") / token / "edge"  # noqa: S108 (own, 0700)
