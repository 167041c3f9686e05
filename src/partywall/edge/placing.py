"""Which environment has which host and port of the edge, and that no two have the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from partywall.edge.fragment import Fragment, Served, address_of, check, host_of, path_of
from partywall.edge.settings import EdgeSettings, Tls
from partywall.model.errors import Refused


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A route with the environment it belongs to."""

    project: str
    environment: str
    served: Served

    @property
    def owner(self) -> str:
        """`project.environment`."""
        return f"{self.project}.{self.environment}"

    @property
    def identity(self) -> str:
        """What marks this route in Caddy's configuration."""
        return identity(self.project, self.served)


def identity(project: str, served: Served) -> str:
    """What marks a project's route in Caddy's configuration."""
    return f"{project}:{served.thing.key}"


def hidden(routes: Iterable[Placed]) -> bool:
    """Whether nothing of a host may be indexed."""
    return not any(placed.served.thing.robots for placed in routes)


Hosts = Mapping[str, list[Placed]]


def placed(
    settings: EdgeSettings, fragments: Iterable[Fragment]
) -> dict[int, dict[str, list[Placed]]]:
    """Every route by port and host.

    Raises:
        BadInput: when a route cannot be served.
        Refused: when two environments claim the same host and port.
    """
    ports: dict[int, dict[str, list[Placed]]] = {
        port: {} for port in (settings.main_port, *settings.ports)
    }
    for fragment in fragments:
        check(fragment)
        for served in fragment.routes:
            one = Placed(project=fragment.project, environment=fragment.environment, served=served)
            port = served.thing.port or settings.main_port
            _refuse_http_port(settings, one, port)
            routes = ports.setdefault(port, {}).setdefault(host_of(served.thing), [])
            _refuse_taken(one, port, routes)
            routes.append(one)
    return ports


def _refuse_http_port(settings: EdgeSettings, placed: Placed, port: int) -> None:
    if settings.tls != Tls.OFF and port == settings.http_port:
        raise Refused(
            f"the route {placed.served.thing.key} wants port {port}, where the edge answers "
            "plain http",
            remedy="choose another port for it",
        )


def _refuse_taken(placed: Placed, port: int, routes: list[Placed]) -> None:
    """A host and port belong to one environment whole: a longer path would take from the other."""
    where = f"{address_of(host_of(placed.served.thing), port)}"
    for other in routes:
        if other.owner != placed.owner:
            raise Refused(
                f"{where} already belongs to environment `{other.environment}` of project "
                f"`{other.project}`; `{placed.environment}` of `{placed.project}` cannot have it",
                remedy="give one of them another domain or port",
            )
        if _claim(other) == _claim(placed):
            raise Refused(
                f"{other.served.thing.key} and {placed.served.thing.key} both claim "
                f"{where}{placed.served.thing.path}",
                remedy="give one of them another `route`",
            )


def _claim(placed: Placed) -> str:
    """What Caddy compares: paths without regard to case."""
    return path_of(placed.served.thing).casefold()
