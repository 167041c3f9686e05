"""Several units as one Compose document with a profile per environment; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from partywall.model.world import SHARED, Key, environment_of, name_of

Json = dict[str, Any]

UNIT = "all"
"""What such a unit is called; no environment can be."""
_MARKS = "io.partywall."
_SPACES = ("network_mode", "ipc", "pid")
_OF = "service:"
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)\}")
_DEFAULT = "default"


Ways = Mapping[str, Collection[Key]]
"""Service that all share → the networks of environments that it is in."""
NO_WAYS: Ways = {}


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as it would be: its document, and the values of its variables."""

    document: Json
    variables: dict[str, str] = {}


def in_profiles(project: str, units: Mapping[str, Drawn], ways: Ways = NO_WAYS) -> Drawn:
    """All of them in one; `docker compose --profile NAME up` starts one environment.

    Services, networks, volumes and variables have their environment's name before their own. Inside
    its networks a service is called as ever. What all share is in no profile: it is always there.
    """
    made: Json = {"name": project}
    variables: dict[str, str] = {}
    for name, unit in units.items():
        one = _Profile(name, unit, ways if name == SHARED else {})
        for section, things in one.sections().items():
            made.setdefault(section, {}).update(things)
        variables |= {one.variable(said): value for said, value in unit.variables.items()}
    return Drawn(document=made, variables=variables)


class _Profile:
    """One environment's part of the document."""

    def __init__(self, name: str, unit: Drawn, ways: Ways) -> None:
        self._name, self._unit, self._ways = name, unit, ways

    def called(self, name: str) -> str:
        """What a service, a network or a volume is called in the document."""
        return f"{self._name}-{name}"

    def variable(self, name: str) -> str:
        """What a variable is called in the env file."""
        return f"{self._name.upper().replace('-', '_')}_{name}"

    def sections(self) -> dict[str, Json]:
        """Everything under other names."""
        document = self._unit.document
        made = {
            section: {self.called(name): self._said(one) for name, one in things.items()}
            for section, things in document.items()
            if section not in ("name", "services")
        }
        for one in made.get("secrets", {}).values():
            if "environment" in one:
                one["environment"] = self.variable(one["environment"])
        services = document.get("services", {})
        made["services"] = {self.called(n): self._service(n, one) for n, one in services.items()}
        return made

    def _said(self, value: Any) -> Any:  # noqa: ANN401  (any JSON)
        """The same with its variables under their other names."""
        if isinstance(value, str):
            return _VARIABLE.sub(self._renamed, value)
        if isinstance(value, Mapping):
            return {name: self._said(one) for name, one in value.items()}
        return [self._said(one) for one in value] if isinstance(value, list | tuple) else value

    def _renamed(self, found: re.Match[str]) -> str:
        known = found[1] in self._unit.variables
        return f"${{{self.variable(found[1])}}}" if known else found[0]

    def _service(self, name: str, said: Json) -> Json:
        made: Json = self._said(said)
        if self._name != SHARED:
            own = made.get("profiles") or ()
            made["profiles"] = [self.called(one) for one in own] or [self._name]
        # Without these marks Partywall never takes them for its own containers.
        made["labels"] = {n: v for n, v in made["labels"].items() if not n.startswith(_MARKS)}
        for key, renamed in _RENAMES.items():
            if key in made:
                made[key] = renamed(made[key], self.called)
        if not made.get("network_mode"):
            near = made.get("networks") or {_DEFAULT: None}
            made["networks"] = {self.called(n): _aliased(one, name) for n, one in near.items()}
        for way in self._ways.get(name, ()):
            made["networks"][f"{environment_of(way)}-{name_of(way)}"] = _aliased(None, name)
        return made


def _aliased(said: Mapping[str, Any] | None, name: str) -> Json:
    known = dict(said or {})
    return {**known, "aliases": [name, *known.get("aliases", ())]}


_Called = Callable[[str], str]


def _space(said: str, called: _Called) -> str:
    return f"{_OF}{called(said.removeprefix(_OF))}" if said.startswith(_OF) else said


def _waits(said: Mapping[str, Any] | list[str], called: _Called) -> Any:  # noqa: ANN401
    if isinstance(said, Mapping):
        return {called(name): how for name, how in said.items()}
    return [called(name) for name in said]


def _volumes(said: list[Json], called: _Called) -> list[Json]:
    return [
        {**one, "source": called(one["source"])}
        if one.get("type") == "volume" and one.get("source")
        else one
        for one in said
    ]


def _files(said: list[Any], called: _Called) -> list[Json]:
    """Secrets and configs; without a target they stand under the name that they had."""
    every = [{"source": one} if isinstance(one, str) else one for one in said]
    return [{"target": one["source"], **one, "source": called(one["source"])} for one in every]


def _first(said: list[str], called: _Called) -> list[str]:
    """`name` or `name:more`."""
    return [":".join([called(one.partition(":")[0]), *_rest(one)]) for one in said]


def _rest(one: str) -> list[str]:
    """What stands behind the name; a link without another one keeps it as its alias."""
    return [more] if (more := one.partition(":")[2]) else []


def _links(said: list[str], called: _Called) -> list[str]:
    return _first([one if ":" in one else f"{one}:{one}" for one in said], called)


_RENAMES: Mapping[str, Callable[[Any, _Called], Any]] = {
    **dict.fromkeys(_SPACES, _space),
    "depends_on": _waits,
    "volumes": _volumes,
    "volumes_from": _first,
    "links": _links,
    "secrets": _files,
    "configs": _files,
}
