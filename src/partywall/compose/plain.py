"""An environment's app as plain Compose that runs without Partywall; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from partywall.compose.canonical import escape
from partywall.model.app import App, Attachment
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
    for key, given in (("secrets", app.secrets), ("configs", _configs(app))):
        if given:
            made[key] = given
    return {key: _with_variables(value) for key, value in made.items()}


def secrets(app: App) -> frozenset[SecretRef]:
    """The secrets that the document's variables stand for."""
    every = [service.definition for service in app.services.values()]
    return _found([*every, *(one.text for one in _unfiled(app))])


def _configs(app: App) -> dict[str, Json]:
    """Each with its content: a variable that is no secret is not in the env file."""
    texts = {one.source: one.text for one in _unfiled(app) if one.kind == "config"}
    return {
        key: {**_without(said, "environment"), "content": escape(texts[key] or "")}
        if key in texts
        else said
        for key, said in app.configs.items()
    }


def _unfiled(app: App) -> list[Attachment]:
    """What is read from no file of the host."""
    every = [one for service in app.services.values() for one in service.attachments]
    return [one for one in every if not one.file]


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


def _without(value: Mapping[str, Any], left_out: str) -> Json:
    return {name: one for name, one in value.items() if name != left_out}


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
