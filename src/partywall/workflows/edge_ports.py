"""The ports of a project's edge: chosen once, claimed against other projects, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from partywall.compose.settings import Settings
from partywall.edge.home import EdgeHome
from partywall.model.errors import BadInput, MachineFailed, Place, Refused
from partywall.system import files, sockets
from partywall.system.decoding import decode
from partywall.workflows.app_ports import Gone, Says
from partywall.workflows.port_claims import Claims, project_of

LOOPBACK = "127.0.0.1"
_CUSTOMARY = (8080, 8443)
_STEP = 10_000
_BESIDE = {80: 8080, 443: 8443}
"""The edge's customary port → the first one of an environment of its own."""

Line = tuple[str, ...]
"""The key of `partywall.yaml` that chooses a port."""


class Ports(msgspec.Struct, frozen=True):
    """What browsers call."""

    http: int
    https: int
    own: dict[str, int] = {}
    """Environment → the port that is its own, where ports tell environments apart."""


def ports(claims: Claims, settings: Settings, published: Says) -> Ports:
    """The ports of the settings, else the remembered ones, else free ones that nobody claims.

    Args:
        claims: of all projects.
        settings: of this one.
        published: the ports that the app takes of the host; asked where one is to be chosen.

    Raises:
        BadInput: when two are the same.
        MachineFailed: when none is free.
    """
    said = settings.edge
    known = _remembered(claims.mine)
    before = {name: known.get(_key(settings, name), 0) for name in settings.environments}
    gone = Gone(claims.others(bind(settings)), published)
    chosen = Ports(said.http or known.get("http", 0), said.https or known.get("https", 0))
    if not (chosen.http and chosen.https):
        chosen = _beside(said.http, said.https, _free(gone))
    return _whole(chosen, settings, before, gone)


def claim(claims: Claims, settings: Settings, published: Says, stands: Callable[[], bool]) -> Ports:
    """The ports, claimed against every other project before anything listens there.

    Caddy listens beside whoever listens already, and the kernel would deal visitors out to both.

    Args:
        claims: of all projects.
        settings: of this one.
        published: as `ports` has it.
        stands: whether its edge runs; one that does not can move when others took its ports.

    Raises:
        Refused: when another project has a port that the settings name, or a running edge uses.
        BadInput, MachineFailed: as `ports`.
    """
    with claims.locked():
        others = claims.others(bind(settings))
        chosen = ports(claims, settings, published)
        if _taken(chosen, settings, others) and not stands():
            gone = Gone(others, published)
            free = _beside(settings.edge.http, settings.edge.https, _free(gone))
            chosen = _whole(free, settings, {}, gone)
        for line, port in _taken(chosen, settings, others).items():
            raise Refused(
                f"port {port} belongs to the project in {project_of(others[port])}",
                where=_chosen_at(line, settings),
                remedy=f"choose another one: `{_written(line)}` in partywall.yaml,"
                " or `partywall destroy --all` there",
            )
        claims.put(bind(settings), tuple(used(chosen, settings).values()))
    return chosen


def refuse_taken(chosen: Ports, settings: Settings) -> None:
    """See that an edge that is not there yet will find its ports free.

    Raises:
        MachineFailed: naming the port, and the line that chose it if one did.
    """
    host = bind(settings)
    for line, port in used(chosen, settings).items():
        if ":" not in host and not sockets.can_bind(host, port):
            where = _chosen_at(line, settings)
            kept = "" if where else " (this project had it before, and it was remembered)"
            raise MachineFailed(
                f"port {port} is taken by another program, and the edge cannot listen there",
                where=where,
                remedy=f"free it{kept}, or choose another one: `{_written(line)}`"
                " in partywall.yaml",
            )


def remember(edge: EdgeHome, settings: Settings, own: Mapping[str, int]) -> None:
    """Keep the ports: addresses that people have seen stay."""
    known = _remembered(edge.folder)
    mine = _key(settings, "")
    chosen = {
        **{name: port for name, port in known.items() if not name.startswith(mine)},
        "http": edge.settings.http_port,
        "https": edge.settings.https_port,
        **{_key(settings, name): port for name, port in own.items()},
    }
    if known != chosen:
        files.write_atomically(edge.folder / "ports.json", msgspec.json.encode(chosen))


def used(chosen: Ports, settings: Settings) -> dict[Line, int]:
    """Every port that the edge listens on for this project, by the line that may choose it."""
    lines: dict[Line, int] = {("edge", "http"): chosen.http}
    if settings.tls != "off":
        lines["edge", "https"] = chosen.https
    return lines | {("environments", name, "port"): port for name, port in chosen.own.items()}


def bind(settings: Settings) -> str:
    """The address that the edge listens on."""
    return settings.edge.bind or LOOPBACK


def _taken(chosen: Ports, settings: Settings, others: Collection[int]) -> dict[Line, int]:
    return {line: port for line, port in used(chosen, settings).items() if port in others}


def _written(line: Line) -> str:
    """`edge: {http: …}`."""
    text = "…"
    for word in reversed(line):
        text = f"{{{word}: {text}}}"
    return text[1:-1]


def _chosen_at(line: Line, settings: Settings) -> Place | None:
    """The line that chose a port; None when no line did."""
    place, *_, last = line
    said = settings.edge if place == "edge" else settings.environments[line[1]]
    return settings.where(*line) if getattr(said, last) else None


def _whole(chosen: Ports, settings: Settings, before: Mapping[str, int], gone: Gone) -> Ports:
    """With a port for each environment, where ports tell them apart; none may be there twice."""
    own = _own(chosen, settings, before, gone) if settings.by_port else {}
    whole = Ports(chosen.http, chosen.https, own)
    holders: dict[int, Line] = {}
    for line, port in used(whole, settings).items():
        if other := holders.get(port):
            raise _twice(settings, other, line, port)
        holders[port] = line
    return whole


def _twice(settings: Settings, one: Line, other: Line, port: int) -> BadInput:
    if other[0] == "edge":
        return BadInput(
            f"the edge cannot answer http and https on the same port {port}",
            where=settings.where("edge"),
            remedy="give `edge: {http: …, https: …}` two different ports",
        )
    return BadInput(
        f"{other[1]} cannot have port {port}: `{'.'.join(one)}` has it",
        where=settings.where(*other),
        remedy=f"choose another one: `{_written(other)}`",
    )


def _own(
    chosen: Ports, settings: Settings, before: Mapping[str, int], others: Gone
) -> dict[str, int]:
    """The port of every environment but production: its line's, the remembered, or a free one.

    A preview has none: the edge cannot begin to listen on another one without a gap for all.
    """
    every = [one for one in settings.environments.values() if not (one.production or one.passing)]
    said = {one.name: one.port for one in every if one.port}
    gone = {*used(chosen, settings).values(), *said.values()}
    own: dict[str, int] = {}
    for one in every:
        had = before.get(one.name, 0)
        if one.name in said:
            own[one.name] = said[one.name]
        elif had and had not in gone:
            own[one.name] = had
        else:
            own[one.name] = _next(chosen, settings, {*gone, *before.values()}, others)
        gone.add(own[one.name])
    return own


def _next(chosen: Ports, settings: Settings, mine: Collection[int], gone: Gone) -> int:
    main = chosen.http if settings.tls == "off" else chosen.https
    for port in range(_BESIDE.get(main, main + 1), 1 << 16):
        if port not in mine and port not in gone and sockets.can_bind(LOOPBACK, port):
            return port
    raise MachineFailed(
        "no port is free for every environment", remedy="set `environments: {…: {port: …}}`"
    )


def _key(settings: Settings, environment: str) -> str:
    """How a port of its own is remembered: on one edge projects have environments alike."""
    return f"{settings.project}/{environment}"


def _remembered(folder: Path) -> dict[str, int]:
    data = files.read_bytes(folder / "ports.json")
    if data is None:
        return {}
    try:
        return decode(data, dict[str, int])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise files.corrupted(folder / "ports.json", "not a list of ports") from error


def _beside(http: int | None, https: int | None, free: Ports) -> Ports:
    return Ports(http or free.http, https or free.https)


def _free(gone: Gone) -> Ports:
    for http, https in _pairs():
        if http in gone or https in gone:
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
