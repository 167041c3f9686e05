"""Things of one unit as a Compose document that also runs without Partywall; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from partywall.engines.docker.bounds import bounded, told
from partywall.engines.docker.images import image_of
from partywall.engines.docker.labels import PROJECT, labels
from partywall.engines.docker.names import Naming, service_of
from partywall.model.app import Attachment, HealthCheck, Mount, Port, Role
from partywall.model.secret import PLACEHOLDER, references
from partywall.model.world import (
    AnyThing,
    Entry,
    FileSpace,
    Instance,
    Job,
    Key,
    Limit,
    Network,
    Volume,
    environment_of,
    name_of,
)
from partywall.planning.seeding import fills
from partywall.planning.uses import is_edge

Json = dict[str, Any]
_DROPPED = frozenset({"container_name", "env_file", "environment", "labels", "ports", "profiles"})
"""Names would clash between environments; the rest is said by the instance itself."""

SEED = "seed"
"""The profile of jobs that fill data: without Partywall nothing keeps them from filling twice."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What documents are drawn on: what the things themselves do not say."""

    naming: Naming
    absolute: Callable[[str], str]
    """A host path as a world gives it → that path from the root."""
    called: Callable[[Volume], str]
    """A volume → what the engine calls it."""
    unnamed: Callable[[Key], Mapping[str, str]]
    """An instance or a job → path inside → what it kept there in a volume without a name."""
    named: Callable[[Key], str] = name_of
    """The key of a volume of another unit → what the engine calls it."""
    parent: Callable[[str], str]
    """An environment with a budget → the group of the kernel that it runs in."""
    budget: Callable[[Limit], str]
    """A budget → the script that sets it without Partywall; empty where none is needed."""
    flags: Callable[[Instance], Json]
    """The service that answers for flags → what of its definition the engine makes itself."""
    edge: Callable[[Instance, Sequence[str]], Json]
    """A part of the edge, and the networks that the edge joins → its service."""


def document(
    unit: str, entries: Iterable[Entry], ground: Ground, joined: Sequence[str] = ()
) -> Json:
    """The Compose document of a unit, secrets as variables of its env file.

    Args:
        unit: its name.
        entries: its instances, jobs, volumes, networks and its budget.
        ground: what it is drawn on.
        joined: networks of other units that its members are in; `network/service`: one of them.
    """
    every = {entry.thing.key: entry for entry in entries}
    draw = _Drawing(ground, every, joined)
    made: Json = {"name": ground.naming.compose_project(unit)}
    for section, kind, draws in (
        ("services", (Instance, Job), draw.service),
        ("networks", (Network,), draw.network),
        ("volumes", (Volume,), draw.volume),
    ):
        drawn = {
            service_of(key): draws(entry)
            for key, entry in sorted(every.items())
            if isinstance(entry.thing, kind)
        }
        if section == "volumes":
            drawn |= {**draw.foreign(unit), **draw.unnamed()}
        if section == "networks":
            outer = sorted({way.partition("/")[0] for way in joined})
            drawn |= {name: {"name": name, "external": True} for name in outer}
        if drawn:
            made[section] = drawn
    return made | draw.attached()


class _Drawing:
    """What every part of one document is drawn with."""

    def __init__(self, ground: Ground, every: Mapping[Key, Entry], joined: Sequence[str]) -> None:
        self._ground = ground
        self._every = every
        self._joined = joined
        self._portions = {
            portion.key: portion
            for entry in every.values()
            if isinstance(entry.thing, Limit)
            for portion in entry.thing.portions
        }

    def service(self, entry: Entry) -> Json:
        """An instance, or a job: a service that runs once."""
        thing = entry.thing
        instance = thing.instance if isinstance(thing, Job) else thing
        assert isinstance(instance, Instance)  # noqa: S101  (chosen by kind above)
        if is_edge(instance):
            return {**self._ground.edge(instance, self._joined), "labels": self._labels(entry)}
        made = {**_said(instance), "labels": self._labels(entry)}
        if instance.role is Role.FLAGS:
            made |= self._ground.flags(instance)
        self._within(made)
        self._keep(made, thing.key)
        self._among_others(made, service_of(thing.key))
        if any("/limit/" in need.key for need in thing.needs):
            made["cgroup_parent"] = self._ground.parent(environment_of(thing.key))
            made = bounded(made, self._portions.get(thing.key))
        if (image := image_of(thing, self._ground.naming.project)) is not None:
            made["image"] = image
            made["build"] = self._built(thing, made["build"])
        if isinstance(thing, Job):
            made["restart"] = "no"
        if fills(thing):
            made["profiles"] = [SEED]
        return made

    def _built(self, thing: AnyThing, build: Mapping[str, Any]) -> Json:
        """How an image is built, and a mark of whose it is."""
        said = build.get("labels") or {}
        if isinstance(said, list):
            said = dict(str(one).partition("=")[::2] for one in said)
        return {**build, "labels": {**said, PROJECT: self._ground.naming.owner(thing.key)}}

    def network(self, entry: Entry) -> Json:
        """A network that only the unit's members are in."""
        assert isinstance(entry.thing, Network)  # noqa: S101  (chosen by kind above)
        if entry.thing.external:
            return {"name": entry.thing.name, "external": True}
        made: Json = {"name": entry.thing.name, "labels": self._labels(entry)}
        return {**made, "internal": True} if entry.thing.internal else made

    def volume(self, entry: Entry) -> Json:
        """A volume with its real name."""
        assert isinstance(entry.thing, Volume)  # noqa: S101  (chosen by kind above)
        volume = entry.thing
        if volume.external:
            return {"name": volume.name, "external": True}
        called = self._ground.called(volume)
        made: Json = {"name": called, "labels": self._labels(entry)}
        if volume.driver:
            made["driver"] = volume.driver
        if volume.options:
            made["driver_opts"] = driver_options(volume, called, self._ground.absolute)
        return made

    def foreign(self, unit: str) -> Json:
        """Volumes of other units that its members read; those make them."""
        instances = (
            entry.thing.instance if isinstance(entry.thing, Job) else entry.thing
            for entry in self._every.values()
        )
        keys = {
            mount.source
            for one in instances
            if isinstance(one, Instance)
            for mount in one.mounts
            if mount.kind == "volume" and mount.source and environment_of(mount.source) != unit
        }
        return {
            name_of(key): {"name": self._ground.named(key), "external": True}
            for key in sorted(keys)
        }

    def attached(self) -> Json:
        """The secrets and configs that instances name."""
        made: Json = {}
        for entry in self._every.values():
            thing = entry.thing.instance if isinstance(entry.thing, Job) else entry.thing
            for one in thing.attachments if isinstance(thing, Instance) else ():
                made.setdefault(f"{one.kind}s", {})[one.source] = self._source(one)
        return made

    def _source(self, one: Attachment) -> Json:
        """The file itself, the env file's variable, or what is in it."""
        if one.file:
            return {"file": _escaped(self._ground.absolute(one.file))}
        refs = references(one.text or "")
        if one.kind == "secret" and refs:
            return {"environment": min(refs).name}
        return {"content": _with_variables(_escaped(one.text or ""))}

    def _labels(self, entry: Entry) -> dict[str, str]:
        return {k: _escaped(v) for k, v in labels(self._ground.naming, entry).items()}

    def _within(self, made: Json) -> None:
        """Take out what does not exist in the unit."""
        services = {
            service_of(key)
            for key, entry in self._every.items()
            if isinstance(entry.thing, Instance | Job)
        }
        waits = made.get("depends_on")
        if isinstance(waits, Mapping):
            made["depends_on"] = {name: how for name, how in waits.items() if name in services}
        build = made.get("build")
        if isinstance(build, Mapping) and isinstance(build.get("context"), str):
            made["build"] = {**build, "context": self._ground.absolute(build["context"])}
        made["volumes"] = [self._mounted(mount) for mount in made.get("volumes") or ()]

    def _keep(self, made: Json, key: Key) -> None:
        """What it kept without a name, where the definition has nothing of a name now."""
        kept = self._ground.unnamed(key)
        said = [one for one in made["volumes"] if one["target"] not in kept or not _nameless(one)]
        taken = {one["target"] for one in said}
        made["volumes"] = said + [
            {"type": "volume", "source": name, "target": path}
            for path, name in sorted(kept.items())
            if path not in taken
        ]

    def unnamed(self) -> Json:
        """The volumes without a name that are there already."""
        names = {
            name
            for key, entry in self._every.items()
            if isinstance(entry.thing, Instance | Job)
            for name in self._ground.unnamed(key).values()
        }
        return {name: {"name": name, "external": True} for name in sorted(names)}

    def _among_others(self, made: Json, service: str) -> None:
        """Into the networks of environments, where its name leads to it."""
        ways = (way.partition("/") for way in self._joined)
        if outer := [network for network, _, name in ways if name == service]:
            made["networks"] = {**(made.get("networks") or {}), **dict.fromkeys(outer)}

    def _mounted(self, mount: Mapping[str, Any]) -> Json:
        if mount.get("type") != "bind":
            return dict(mount)
        return {**mount, "source": self._ground.absolute(mount["source"])}


def _nameless(mount: Mapping[str, Any]) -> bool:
    return mount.get("type") == "volume" and not mount.get("source")


def driver_options(volume: Volume, called: str, absolute: Callable[[str], str]) -> dict[str, str]:
    """What the driver is told, a folder of the host from the root.

    A later volume of an environment's part of a vault is another folder: `dev.2`, as the one that
    was set aside keeps its own. No environment is called so.
    """
    if not volume.bound:
        return dict(volume.options)
    device = absolute(volume.options["device"])
    if isinstance(volume, FileSpace):
        device += called.removeprefix(volume.name).replace("-", ".")
    return {**volume.options, "device": device}


def _said(instance: Instance) -> Json:
    """What the definition says, with what is each environment's own."""
    made = {
        name: _with_variables(value)
        for name, value in (instance.definition or _from_fields(instance)).items()
        if name not in _DROPPED and not name.startswith("x-") and value is not None
    }
    if instance.environment:
        made["environment"] = {
            name: _with_variables(_escaped(value)) for name, value in instance.environment.items()
        }
    if instance.published:
        made["ports"] = [_port(port) for port in instance.published]
    # The version of what answers for flags is told to nobody: it makes another container.
    if instance.settings and instance.role is not Role.FLAGS:
        return told(made, instance.settings)
    return made


def _from_fields(instance: Instance) -> Json:
    """The definition of an instance that no Compose file describes."""
    made: Json = {
        "image": instance.image,
        "command": _words(instance.command),
        "entrypoint": _words(instance.entrypoint),
        "restart": instance.restart or "unless-stopped",
        "stop_signal": instance.stop_signal,
        "stop_grace_period": f"{instance.stop_grace:g}s",
        "networks": {name_of(need.key): None for need in instance.needs if "/network/" in need.key},
    }
    if instance.mounts:
        made["volumes"] = [_mount(mount) for mount in instance.mounts]
    for one in instance.attachments:
        made.setdefault(f"{one.kind}s", []).append(_attachment(one))
    if instance.health is not None:
        made["healthcheck"] = _health(instance.health)
    if not made["networks"]:
        del made["networks"]
    return made


def _health(health: HealthCheck) -> Json:
    first = "CMD-SHELL" if health.shell else "CMD"
    return {
        "test": [first, *map(_escaped, health.command)],
        "interval": f"{health.interval:g}s",
        "timeout": f"{health.timeout:g}s",
        "retries": health.retries,
        "start_period": f"{health.start_period:g}s",
    }


def _port(port: Port) -> Json:
    said = {"published": port.published, "host_ip": port.host}
    made = {name: value for name, value in said.items() if value}
    return {"target": port.target, **made, "protocol": port.protocol}


def _words(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else [_escaped(word) for word in words]


def _mount(mount: Mount) -> Json:
    made: Json = {"type": mount.kind, "target": mount.target}
    if mount.kind != "tmpfs" and mount.source:
        made["source"] = _escaped(name_of(mount.source) if mount.kind == "volume" else mount.source)
    return {**made, "read_only": True} if mount.read_only else made


def _attachment(one: Attachment) -> Json:
    said = {name: getattr(one, name) for name in ("uid", "gid", "mode") if getattr(one, name)}
    return {"source": one.source, "target": _escaped(one.target), **said}


def _with_variables(value: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Each secret as the variable that the unit's env file gives."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: f"${{{match['name']}}}", value)
    if isinstance(value, Mapping):
        return {key: _with_variables(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_variables(one) for one in value]
    return value


def _escaped(text: str) -> str:
    return text.replace("$", "$$")
