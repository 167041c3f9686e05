"""Services that act on the world: which they are, and an environment without them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from partywall.compose import mail, roles, telling_outward
from partywall.model.app import Role, Service

Outward = bool | tuple[str, ...]
"""Which services of an environment may act on the world: all, none, or those of these names."""

_OWN = frozenset({Role.APP, Role.WORKER, Role.JOB})
"""Roles of services that a name or a command may tell more about."""
_STORES = frozenset({Role.DATABASE, Role.CACHE})
_JOINS = ("network_mode", "ipc", "pid")


class Acting(msgspec.Struct, frozen=True):
    """A service that acts on the world."""

    service: str
    what: str
    """What it does, as the end of a sentence."""
    wanted_by: tuple[str, ...] = ()
    """Services that could not do without it: it stays for them."""


def may(outward: Outward, service: str) -> bool:
    """Whether a service may act on the world."""
    return outward if isinstance(outward, bool) else service in outward


def acting(services: Mapping[str, Service], outward: Outward) -> list[Acting]:
    """The services that act on the world and have not been allowed to."""
    found = []
    for name, one in services.items():
        seen = roles.clues(one, services.values())
        if may(outward, name) or seen.waiters:
            continue
        wanting = tuple(_wanting(name, services))
        what = _by_image(seen) or ("" if wanting else _by_itself(one, seen))
        if what:
            found.append(Acting(name, what, wanting))
    return found


def without(services: Mapping[str, Service], off: set[str]) -> dict[str, Service]:
    """The other services, none of which waits for one that is off."""
    return {name: _alone(one, off) for name, one in services.items() if name not in off}


def _by_image(seen: roles.Clues) -> str:
    if telling_outward.SERVES.search(seen.words):
        return ""
    return next(
        (
            what
            for known, what in telling_outward.IMAGES
            if re.fullmatch(known, seen.base) or re.fullmatch(known, seen.image)
        ),
        "",
    )


def _by_itself(service: Service, seen: roles.Clues) -> str:
    """By what it runs or is called, where it opens no port and so serves nobody."""
    if _serves(service, seen):
        return ""
    for command, what in telling_outward.COMMANDS:
        if command.search(seen.words):
            return what
    name = service.name.lower()
    return next((what for known, what in telling_outward.NAMES if re.fullmatch(known, name)), "")


def _serves(service: Service, seen: roles.Clues) -> bool:
    if telling_outward.SERVES.search(seen.words):
        return True
    if service.role in _OWN:
        return bool(seen.ports)
    # The image of a datastore is often taken for the client in it.
    listens = service.ports or service.definition.get("expose")
    client = seen.words and not telling_outward.STORES.search(seen.words)
    return bool(listens) or not client or service.role not in _STORES


def _wanting(name: str, services: Mapping[str, Service]) -> Iterator[str]:
    """Who lives in its network or files, or calls it for something else than to send mail."""
    address = re.compile(rf"(?:^|[/@]){re.escape(name)}(?=[:/]|$)")
    for other in services.values():
        said = other.definition
        joined = {str(said.get(key) or "") for key in _JOINS} & {f"service:{name}"}
        mounted = [str(one).partition(":")[0] for one in said.get("volumes_from") or ()]
        calls = any(
            address.search(value)
            for variable, value in other.environment.items()
            if not mail.leads(variable)
        )
        if other.name != name and (joined or name in mounted or calls):
            yield other.name


def _alone(service: Service, off: set[str]) -> Service:
    said = dict(service.definition)
    for key in ("depends_on", "links"):
        if said.get(key):
            said[key] = _left(said[key], off)
    kept = tuple(wait for wait in service.depends_on if wait.service not in off)
    return msgspec.structs.replace(service, depends_on=kept, definition=said)


def _left(said: object, off: set[str]) -> object:
    """A mapping or a list of names (`name:alias` too) without those that are off."""
    if isinstance(said, Mapping):
        return {name: how for name, how in said.items() if name not in off}
    listed = said if isinstance(said, list) else []
    return [one for one in listed if str(one).partition(":")[0] not in off]
