"""Everything that is noticed in an app, by every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from partywall.compose.notices import files, host, tops, ways_in
from partywall.compose.notices.seen import REFUSED, Seen
from partywall.compose.place import Sources
from partywall.model.app import App, Finding, Service


def notices(app: App, near: Sources, environment: str = "") -> tuple[Finding, ...]:
    """Everything noticed, in the order of the services."""
    seen = Seen(app, near, environment)
    found = [
        one for service in app.services.values() for rule in _RULES for one in rule(service, seen)
    ]
    return (*found, *tops.tops(seen))


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stand against a wall."""
    return [one for one in findings if one.kind in REFUSED]


_RULES: tuple[Callable[[Service, Seen], Iterator[Finding]], ...] = (
    files.literal_secrets,
    ways_in.ports,
    ways_in.container_name,
    ways_in.networks,
    host.host,
    host.capabilities,
    host.reserved,
    host.foreigners,
    ways_in.own_proxy,
    files.mounts,
    files.seen_secrets,
    host.replicas,
    ways_in.no_port,
)
