"""The settings of a scratch copy: the user's, without all that leads out of the copy; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from partywall.compose.schema import AXES
from partywall.model.choices import Choices, DatabaseWall, LimitsBy, RouteBy

Document = dict[str, Any]
_DROPPED = frozenset({"project", "architecture", "domain", "edge", "trash", "compose", *AXES})
"""Written anew, or left to their defaults."""
_OF_ENVIRONMENTS = frozenset({"attach", "volumes_of", "domain", "allow", "port", "branch", "user"})
"""Lines that lead to what is there already, or to other names than the copy's."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a scratch copy is to be."""

    name: str
    engine: str
    architecture: str
    choices: Choices
    """The point that the architecture is."""
    environments: tuple[str, ...]
    """Production first."""
    ports: tuple[int, int, int]
    """Of the edge, plain HTTP and HTTPS, and one of development's own."""
    compose: Sequence[str] = ()
    """Compose files, seen from its folder; empty: those that Compose finds."""


def rewritten(said: Mapping[str, Any], wish: Wish) -> Document:
    """What `partywall.yaml` says in a scratch copy.

    Args:
        said: what the user's says.
        wish: what the copy is to be.
    """
    kept = {name: value for name, value in said.items() if name not in _DROPPED}
    http, https, _ = wish.ports
    made: Document = {
        **kept,
        "project": wish.name,
        "engine": wish.engine,
        "architecture": wish.architecture,
        "domain": f"{wish.name.replace('_', '-')}.localhost",
        "edge": {"tls": "off", "http": http, "https": https},
        "environments": _environments(said.get("environments") or {}, wish),
        "services": _services(said.get("services") or {}, wish.choices),
    }
    if wish.compose:
        made["compose"] = list(wish.compose)
    return made


def production_and_other(names: Collection[str], production: str) -> tuple[str, ...]:
    """The two environments that are compared: of several beside production, the first."""
    others = [name for name in names if name != production]
    return production, (others or [_another(production)])[0]


def _another(production: str) -> str:
    return "dev" if production != "dev" else "staging"


def _environments(said: Mapping[str, Any], wish: Wish) -> Document:
    production, *others = wish.environments
    found = {name: _environment(said.get(name) or {}, wish.choices) for name in wish.environments}
    found[production]["production"] = True
    for name in others:
        found[name].pop("production", None)
        found[name].pop("outward", None)
        if wish.choices.route is RouteBy.PORT:
            found[name]["port"] = wish.ports[2]
    return found


def _environment(said: Mapping[str, Any], choices: Choices) -> Document:
    """Lines that mean nothing at this point of the space would be refused there."""
    idle = set(_OF_ENVIRONMENTS)
    if choices.limits is LimitsBy.NONE:
        idle.add("limits")
    if choices.database is not DatabaseWall.SCHEMA:
        idle.add("read")
    return {name: value for name, value in said.items() if name not in idle}


def _services(said: Mapping[str, Any], choices: Choices) -> Document:
    idle = set() if choices.database is DatabaseWall.SCHEMA else {"extensions"}
    return {
        name: {line: value for line, value in (one or {}).items() if line not in idle}
        for name, one in said.items()
    }
