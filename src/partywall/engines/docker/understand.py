"""What the engine says of containers, volumes and networks, as our nouns; pure.

A label that does not say what its thing is (somebody edited it, or a later version wrote it) hides
nothing: the key still stands beside it. The entry then holds the little that is known without the
label, under an empty fingerprint, which agrees with nothing that is wanted. A container is so made
anew by `up`. Of a volume and a network the engine itself knows all that there is to know; they
differ only where they really do, and no data are touched for a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from partywall.engines.docker.labels import FINGERPRINT, is_ours, key_of, thing_of
from partywall.engines.docker.names import Naming
from partywall.interfaces import Health, Held
from partywall.model.app import Role
from partywall.model.errors import MachineFailed
from partywall.model.world import (
    AnyThing,
    Entry,
    Instance,
    Job,
    Key,
    Network,
    Volume,
    fingerprint,
    name_of,
)

Inspected = Mapping[str, Any]
"""What the engine answers when it is asked about one thing; fields we do not know do not matter."""

DAMAGED = "its description is damaged"
GONE = "its data are gone"
SURPLUS = "an update broke off: there is more than one container of it"
_CHARACTERS = 300
_UNNAMED = re.compile(r"[0-9a-f]{64}")
"""What the engine itself calls a volume that nobody gave a name."""
_KILLED = 137
"""128 + SIGKILL."""


def unsuitable(info: Inspected, version: Inspected) -> str:
    """Why an engine cannot be worked with, in words; empty when it can.

    Args:
        info: its answer to `/info`.
        version: its answer to `/version`.
    """
    names = [str(one.get("Name", "")) for one in version.get("Components") or []]
    if any("podman" in name.lower() for name in names):
        return "what answers is Podman, which this version does not know how to work with"
    if any("rootless" in str(one) for one in info.get("SecurityOptions") or []):
        return "this Docker Engine is rootless: its networks cannot be reached from the machine"
    return ""


def container(naming: Naming, inspected: Inspected) -> Entry | None:
    """The instance or job that a container is; None when it is not ours.

    It runs only while its program does: not restarting, paused, created, exited or dead. The
    faults of one that does not run say why. A job that ended with 0 has none.
    """
    found = inspected["Config"].get("Labels") or {}
    if not is_ours(naming, found):
        return None
    thing, mark = _described(found, (Instance, Job), _nameless(key_of(found)))
    damaged = () if mark else (DAMAGED,)
    return Entry(
        thing=thing,
        fingerprint=mark,
        running=_runs(inspected),
        faults=(*damaged, *_faults(inspected["State"])),
        starting=starts(inspected),
    )


def attached(thing: Instance, inspected: Inspected) -> Entry:
    """An instance that somebody else made: as wanted, with what its container says of itself."""
    return Entry(
        thing=thing,
        fingerprint=fingerprint(thing),
        running=_runs(inspected),
        faults=_faults(inspected["State"]),
    )


def volume(naming: Naming, inspected: Inspected) -> Entry | None:
    """The volume as it is; None when it is not ours."""
    found = inspected.get("Labels") or {}
    if not is_ours(naming, found):
        return None
    instead = Volume(key=key_of(found), name=inspected["Name"])
    thing, mark = _described(found, (Volume,), instead)
    return Entry(thing=thing, fingerprint=mark)


def gone(key: Key, name: str) -> Entry:
    """A volume that was made and is not there any more."""
    thing = Volume(key=key, name=name)
    return Entry(thing=thing, fingerprint=fingerprint(thing), faults=(GONE,))


def network(naming: Naming, inspected: Inspected) -> Entry | None:
    """The network as it is; None when it is not ours.

    Whether it is internal is a wall: the engine's word counts, not the label's.
    """
    found = inspected.get("Labels") or {}
    if not is_ours(naming, found):
        return None
    internal = bool(inspected.get("Internal"))
    instead = Network(key=key_of(found), name=inspected["Name"], internal=internal)
    thing, mark = _described(found, (Network,), instead)
    if isinstance(thing, Network) and thing.internal is not internal:
        thing, mark = msgspec.structs.replace(thing, internal=internal), ""
    return Entry(thing=thing, fingerprint=mark)


def health(
    inspected: Inspected, memory_bytes: int | None = None, budget: int | None = None
) -> Health:
    """How a container is; the caller says how much memory it has in use, and all may have.

    A limit is enforced wherever there is one: the engine leaves out those that its kernel cannot.
    """
    state, running = inspected["State"], _runs(inspected)
    own = (inspected.get("HostConfig") or {}).get("Memory") or None
    limit = min(filter(None, (own, budget)), default=None)
    return Health(
        running=running,
        healthy=_healthy(state) if running else None,
        memory_bytes=memory_bytes,
        started=epoch(state.get("StartedAt") or ""),
        restarts=inspected.get("RestartCount") or 0,
        limit_bytes=limit,
        limit_enforced=limit is not None,
        says=_last_words(state) if running else "; ".join(_faults(state)),
        image=str(inspected.get("Image") or ""),
    )


def mounts(inspected: Inspected) -> dict[str, Held]:
    """Path inside → the volume or the path of the machine that stands there; pure."""
    return {
        str(one["Destination"]): Held(
            kind=one["Type"],
            source=str(one.get("Name") or one.get("Source") or ""),
            unnamed=one["Type"] == "volume" and bool(_UNNAMED.fullmatch(one.get("Name") or "")),
        )
        for one in inspected.get("Mounts") or ()
        if one.get("Type") in ("volume", "bind")
    }


def foremost(several: Iterable[Inspected]) -> Inspected:
    """Of the containers of one thing, at least one, the one that counts.

    While an update is under way there are two: one that runs and is well comes before one that is
    not (yet), and then the newer one.
    """
    return max(several, key=lambda one: (_well(one), epoch(one.get("Created") or "") or 0.0))


def starts(inspected: Inspected) -> bool:
    """It runs, and its health check has not said anything yet."""
    said = (inspected["State"].get("Health") or {}).get("Status")
    return _runs(inspected) and said == "starting"


def epoch(text: str) -> float | None:
    """A time as the engine writes it, in seconds since the epoch; None for its `0001-01-01`."""
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(text).timestamp()


def _described(
    found: Mapping[str, str], kinds: tuple[type[AnyThing], ...], instead: AnyThing
) -> tuple[AnyThing, str]:
    """The thing and its fingerprint; of a damaged description what is known without it, and ""."""
    try:
        thing = thing_of(found)
    except MachineFailed:
        return instead, ""
    if thing.key != key_of(found) or not isinstance(thing, kinds):
        return instead, ""
    return thing, found.get(FINGERPRINT) or fingerprint(thing)


def _nameless(key: Key) -> Instance | Job:
    """The least that an instance or a job is."""
    instance = Instance(key=key, service=name_of(key), role=Role.APP)
    return instance if key.count("/") == 1 else Job(key=key, instance=instance)


def _runs(inspected: Inspected) -> bool:
    return bool(inspected["State"].get("Status") == "running")


def _healthy(state: Mapping[str, Any]) -> bool | None:
    said = (state.get("Health") or {}).get("Status", "none")
    return {"healthy": True, "unhealthy": False}.get(said)


def _well(inspected: Inspected) -> bool:
    """It runs, and its health check, if it has one, has said yes."""
    well = _healthy(inspected["State"]) is not False
    return _runs(inspected) and not starts(inspected) and well


def _faults(state: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong, in at most one sentence.

    During an attempt of a crash loop a container is plainly running, and no count says how long
    ago the others were: that is for whoever waits for it to be well.
    """
    status, code = state.get("Status"), state.get("ExitCode")
    if status == "running":
        return (_unwell(state),) if _healthy(state) is False else ()
    if state.get("Error"):
        return (f"it could not be started: {_line(state['Error'])}",)
    said = {
        "paused": "paused",
        "restarting": f"restarting again and again (exit {code})",
        "exited": _ended(state),
        "dead": "it could not be removed",
    }.get(status or "", "")
    return (said,) if said else ()


def _unwell(state: Mapping[str, Any]) -> str:
    words = _last_words(state)
    return f"unhealthy: {words}" if words else "unhealthy"


def _ended(state: Mapping[str, Any]) -> str:
    code = state.get("ExitCode")
    if state.get("OOMKilled"):
        return f"it ran out of memory (exit {code})"
    if code == _KILLED:
        return f"it was killed (exit {code})"
    return f"it ended (exit {code})" if code else ""


def _last_words(state: Mapping[str, Any]) -> str:
    """What its health check said last."""
    log = (state.get("Health") or {}).get("Log") or [{}]
    return _line(log[-1].get("Output") or "")


def _line(text: str) -> str:
    return " ".join(text.split())[:_CHARACTERS]
