"""Where a project's edge is and how it is called: ports chosen once, a short socket path."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator
from pathlib import Path

import msgspec

from partywall.compose.settings import Settings
from partywall.edge import sides
from partywall.edge.home import EdgeHome
from partywall.edge.settings import CURRENT, SOCKET_BYTES, EdgeSettings, Tls
from partywall.interfaces import EdgeProgram
from partywall.model.errors import BadInput, MachineFailed, Place, Refused
from partywall.system import files, sockets
from partywall.system.decoding import decode
from partywall.workflows.port_claims import Claims, project_of

_CUSTOMARY = (8080, 8443)
_STEP = 10_000
LOOPBACK = "127.0.0.1"
SERVICES = {"edge": sides.FRONT, **{f"edge-{side}": side for side in sides.SIDES}}
"""The parts of the edge by the names of their instances in a world."""
_LONGEST = f"{CURRENT}/65535.lock"


class Ports(msgspec.Struct, frozen=True):
    """What browsers call."""

    http: int
    https: int


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


def ports(claims: Claims, settings: Settings) -> Ports:
    """The ports of the settings, else the remembered ones, else free ones that nobody claims.

    Raises:
        BadInput: when both are the same.
        MachineFailed: when none is free.
    """
    said = settings.edge
    if said.http and said.https:
        return _apart(Ports(said.http, said.https), settings)
    chosen = _remembered(claims.mine) or _free(claims.others(_bind(settings)))
    return _apart(Ports(said.http or chosen.http, said.https or chosen.https), settings)


def claim(claims: Claims, settings: Settings, stands: Callable[[], bool]) -> Ports:
    """The ports, claimed against every other project before anything listens there.

    Caddy listens beside whoever listens already, and the kernel would deal visitors out to both.

    Args:
        claims: of all projects.
        settings: of this one.
        stands: whether its edge runs; one that does not can move when others took its ports.

    Raises:
        Refused: when another project has a port that the settings name, or a running edge uses.
        BadInput, MachineFailed: as `ports`.
    """
    with claims.locked():
        others = claims.others(_bind(settings))
        chosen = ports(claims, settings)
        if _taken(chosen, settings, others) and not stands():
            said, free = settings.edge, _free(others)
            chosen = _apart(Ports(said.http or free.http, said.https or free.https), settings)
        for name, port in _taken(chosen, settings, others).items():
            raise _refused(name, port, settings, others[port])
        claims.put(_bind(settings), tuple(_used(chosen, settings).values()))
    return chosen


def _taken(chosen: Ports, settings: Settings, others: Container[int]) -> dict[str, int]:
    used = _used(chosen, settings)
    return {name: port for name, port in used.items() if port in others}


def _used(chosen: Ports, settings: Settings) -> dict[str, int]:
    return {"http": chosen.http} | ({} if settings.tls == "off" else {"https": chosen.https})


def _bind(settings: Settings) -> str:
    return settings.edge.bind or LOOPBACK


def _refused(name: str, port: int, settings: Settings, edge: Path) -> Refused:
    return Refused(
        f"port {port} belongs to the project in {project_of(edge)}",
        where=_chosen_at(name, settings),
        remedy=f"choose another one: `edge: {{{name}: …}}` in partywall.yaml,"
        " or `partywall destroy --all` there",
    )


def _chosen_at(name: str, settings: Settings) -> Place | None:
    """The line that chose a port; None when no line did."""
    return settings.where("edge", name) if getattr(settings.edge, name) else None


def _apart(chosen: Ports, settings: Settings) -> Ports:
    if settings.tls != "off" and chosen.http == chosen.https:
        raise BadInput(
            f"the edge cannot answer http and https on the same port {chosen.http}",
            where=settings.where("edge"),
            remedy="give `edge: {http: …, https: …}` two different ports",
        )
    return chosen


def refuse_taken(chosen: Ports, settings: Settings) -> None:
    """See that an edge that is not there yet will find its ports free.

    Raises:
        MachineFailed: naming the port, and the line that chose it if one did.
    """
    host = _bind(settings)
    for name, port in _used(chosen, settings).items():
        if ":" not in host and not sockets.can_bind(host, port):
            where = _chosen_at(name, settings)
            kept = "" if where else " (this project had it before, and it was remembered)"
            raise MachineFailed(
                f"port {port} is taken by another program, and the edge cannot listen there",
                where=where,
                remedy=f"free it{kept}, or choose another one: `edge: {{{name}: …}}`"
                " in partywall.yaml",
            )


def remember(edge: EdgeHome) -> None:
    """Keep the ports: addresses that people have seen stay."""
    chosen = Ports(edge.settings.http_port, edge.settings.https_port)
    if _remembered(edge.folder) != chosen:
        files.write_atomically(edge.folder / "ports.json", msgspec.json.encode(chosen))


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


def _remembered(folder: Path) -> Ports | None:
    data = files.read_bytes(folder / "ports.json")
    if data is None:
        return None
    try:
        return decode(data, Ports)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise files.corrupted(folder / "ports.json", "not a pair of ports") from error


def _free(others: Container[int]) -> Ports:
    for http, https in _pairs():
        if http in others or https in others:
            continue
        if sockets.can_bind(LOOPBACK, http) and sockets.can_bind(LOOPBACK, https):
            return Ports(http, https)
    raise MachineFailed(
        "no port is free for the edge", remedy="set `edge: {http: …, https: …}` in partywall.yaml"
    )


def _pairs() -> Iterator[tuple[int, int]]:
    http, https = _CUSTOMARY
    while https < 1 << 16:
        yield http, https
        http, https = http + _STEP, https + _STEP
    for _ in range(20):
        yield sockets.free_port(LOOPBACK), sockets.free_port(LOOPBACK)


def _sockets(folder: Path, token: str) -> Path:
    near = folder / "run"
    if len(str(near / _LONGEST).encode()) <= SOCKET_BYTES:
        return near
    return Path(f"/tmp/partywall-{os.geteuid()}") / token / "edge"  # noqa: S108 (own, 0700)
