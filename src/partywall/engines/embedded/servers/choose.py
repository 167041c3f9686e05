"""Which stand-in runs a service; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

import msgspec

from partywall.engines.embedded.servers import flags, mqtt, postgres, process, valkey
from partywall.engines.embedded.servers.setup import Launch, Preparation, Setup
from partywall.model.app import Role
from partywall.model.world import Instance, environment_of

_POSTGRES = re.compile(r"postgres|postgis|pgvector|timescale")
_VALKEY = re.compile(r"^(redis|valkey|keydb|dragonfly)")
_FLAGS = re.compile(r"^partywall-flags$")
_MQTT = re.compile(r"mosquitto|emqx|vernemq|hivemq|nanomq|mqtt")


class StandIn(msgspec.Struct, frozen=True):
    """How a service runs here."""

    program: Callable[[Setup], Launch]
    ports: tuple[int, ...] = ()
    """The customary ports, when its Compose file names none."""
    preparation: Callable[[Setup], Preparation] | None = None
    refusal: Callable[[Instance], str | None] | None = None
    """Why it cannot run just this one."""


_SERVERS: tuple[tuple[Role, re.Pattern[str], str, StandIn], ...] = (
    (
        Role.DATABASE,
        _POSTGRES,
        "POSTGRES_",
        StandIn(postgres.program, (postgres.PORT,), postgres.preparation, postgres.refusal),
    ),
    (Role.CACHE, _VALKEY, "REDIS_", StandIn(valkey.program, (valkey.PORT,))),
    (Role.BROKER, _MQTT, "MQTT_", StandIn(mqtt.program, (mqtt.PORT,))),
    (
        Role.FLAGS,
        _FLAGS,
        "FLAGS_",
        StandIn(flags.program, (flags.PORT,), refusal=flags.refusal),
    ),
)
PROCESS = StandIn(process.program)


def stand_in(instance: Instance) -> StandIn | None:
    """How to run it, or None when this engine cannot."""
    if instance.run is not None:
        return PROCESS
    return next(
        (
            server
            for role, image, variable, server in _SERVERS
            if instance.role is role and _is(instance, image, variable, server)
        ),
        None,
    )


def _is(instance: Instance, image: re.Pattern[str], variable: str, server: StandIn) -> bool:
    """By the image's name; a built one by its variables or its port."""
    name = PurePosixPath(instance.image.partition("@")[0]).name.partition(":")[0]
    if image.search(name):
        return True
    told = any(key.startswith(variable) for key in instance.environment)
    return instance.build is not None and (told or bool(set(server.ports) & set(instance.ports)))


def refusal(instance: Instance) -> str | None:
    """Why this engine cannot run a service, in words; None when it can."""
    runs = stand_in(instance)
    if runs is not None:
        return None if runs.refusal is None else runs.refusal(instance)
    what = f"the image {instance.image}" if instance.image else "an image that is built"
    return (
        f"{instance.key} is {what}, and the embedded engine runs no images: say how to start it as "
        f"a process with `x-partywall: {{run: …}}`"
    )


def reading_others(instances: Iterable[Instance]) -> str:
    """Why some cannot have the files of another environment; empty when none wants any."""
    pairs = {
        (one.key, mount.source)
        for one in instances
        for mount in one.mounts
        if mount.kind == "volume"
        and mount.source
        and environment_of(mount.source) != environment_of(one.key)
    }
    if not pairs:
        return ""
    readers = ", ".join(sorted({key for key, _ in pairs}))
    volumes = ", ".join(sorted({volume for _, volume in pairs}))
    return (
        f"{readers} would read {volumes}, and the embedded engine can mount nothing read-only: say "
        "`files: folder`"
    )
