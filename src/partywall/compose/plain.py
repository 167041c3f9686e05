"""An environment's app as plain Compose that runs without Partywall; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from partywall.model.app import App
from partywall.model.secret import PLACEHOLDER, SecretRef, references

Json = dict[str, Any]
EDGE_NETWORK = "edge"
_DROPPED = frozenset({"container_name", "ports", "profiles", "env_file"})
"""Names and ports that would clash between environments; profiles are chosen already."""


def document(app: App, name: str, routed: Iterable[str]) -> Json:
    """The Compose document of one environment, secrets as variables of its env file.

    Args:
        app: as read for the environment.
        name: the Compose project, different for every environment.
        routed: services that the edge calls: they join the environment's edge network.
    """
    called = frozenset(routed)
    services = {
        key: _service(service.definition, joins=key in called)
        for key, service in app.services.items()
    }
    made: Json = {"name": name, "services": services}
    volumes = {key: _named(value, name, key) for key, value in app.volumes.items()}
    networks = {key: _named(value, name, key) for key, value in app.networks.items()}
    if called:
        networks[EDGE_NETWORK] = {"name": f"{name}_{EDGE_NETWORK}", "internal": True}
    for key, value in (("volumes", volumes), ("networks", networks)):
        if value:
            made[key] = value
    for key, given in (("secrets", app.secrets), ("configs", app.configs)):
        if given:
            made[key] = given
    return {key: _with_variables(value) for key, value in made.items()}


def secrets(app: App) -> frozenset[SecretRef]:
    """The secrets that the document's variables stand for."""
    return _found({name: service.definition for name, service in app.services.items()})


def _service(definition: Mapping[str, Any], *, joins: bool) -> Json:
    kept = {
        key: value
        for key, value in definition.items()
        if key not in _DROPPED and not key.startswith("x-") and value is not None
    }
    if joins:
        kept["networks"] = {**_networks(kept.get("networks")), EDGE_NETWORK: None}
    return kept


def _networks(said: object) -> Json:
    if isinstance(said, Mapping):
        return dict(said)
    if isinstance(said, list):
        return {str(name): None for name in said}
    return {"default": None}


def _named(value: Mapping[str, Any], project: str, key: str) -> Json:
    """Fixed names would be shared by two environments."""
    kept = {name: one for name, one in value.items() if name not in ("external", "name")}
    return {**kept, "name": f"{project}_{key}"}


def _with_variables(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: f"${{{match['name']}}}", value)
    if isinstance(value, Mapping):
        return {key: _with_variables(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_variables(one) for one in value]
    return value


def _found(value: Any) -> frozenset[SecretRef]:  # noqa: ANN401  (any JSON)
    if isinstance(value, str):
        return references(value)
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(inner, str | int | float | bool) or inner is None:
        return frozenset()
    return frozenset().union(*(_found(one) for one in inner))
