"""Lets services go over from containers of somebody else's Compose project to ours, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import msgspec

from partywall.engines.docker import agent_image
from partywall.engines.docker.api import Api
from partywall.engines.docker.compose import ComposeCli
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.images import sweep
from partywall.engines.docker.labels import COMPOSE_SERVICE
from partywall.engines.docker.making import Making
from partywall.engines.docker.reach import DockerReach
from partywall.engines.docker.ready import allowed, hopeless, patience, ready
from partywall.engines.docker.understand import Inspected, mounts
from partywall.engines.docker.units import Units
from partywall.engines.docker.unnamed import Unnamed, empty, waiting
from partywall.interfaces import Clock, Held, Original, Plain
from partywall.model.errors import MachineFailed
from partywall.model.world import Entry, Instance, Job, Key
from partywall.system.decoding import decode

_WAITS = "com.docker.compose.depends_on"
_LOOK_EVERY = 0.1
_PASSING = re.compile(
    r"^/(tmp|run|dev|proc|sys|var/(run|log|cache|tmp|lock|spool)|root/\.cache)(/|$)"
    r"|^(/usr)?/sbin/docker-init$|^/etc/(hosts|hostname|resolv\.conf|mtab)$|\.pyc$|/__pycache__$|/\.cache(/|$)"
)
"""What programs write and nobody misses."""
_ADDED_OR_CHANGED = (0, 1)


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """What it works with beside the engine's API."""

    cli: ComposeCli
    reach: DockerReach
    unnamed: Unnamed
    clock: Clock
    owner: str
    """Whose mark our images carry."""


class DockerSuccession:
    """Containers of a Compose project, watched, stopped, started and removed by their ids."""

    def __init__(
        self, api: Api, containers: Containers, making: Making, units: Units, more: Hands
    ) -> None:
        self._api = api
        self._containers = containers
        self._making = making
        self._units = units
        self._cli = more.cli
        self._reach = more.reach
        self._unnamed = more.unnamed
        self._owner = more.owner
        self._clock = more.clock

    def originals(self, project: str) -> Sequence[Original]:
        """The containers of a Compose project that are not ours."""
        found = self._containers.theirs(project)
        return sorted(map(original, found), key=lambda one: (one.service, one.name))

    def variables(self, original: Original) -> Mapping[str, str]:
        """What its program was given, its image's own included."""
        said = self._inspected(original)["Config"].get("Env") or ()
        return dict(str(one).partition("=")[::2] for one in said)

    def patience(self, thing: Instance | Job) -> float:
        """Seconds that it is given to become well."""
        return allowed(thing)

    def written(self, original: Original) -> Sequence[str]:
        """Files that were written inside the container itself, where no volume keeps them."""
        changes = self._api.get(f"/containers/{original.id}/changes") or ()
        return kept_nowhere(changes, original.held)

    def empty(self, held: Held) -> bool:
        """Whether nothing is in a volume; one that cannot be looked into is not empty."""
        return empty(self._api, held.source)

    def prepare(self, entries: Iterable[Entry]) -> None:
        """Describe them, and build or fetch their images."""
        self._making.prepare(list(entries))

    def grace(self, originals: Iterable[Original]) -> float:
        """Seconds that stopping them may take."""
        running = [one for one in originals if one.running]
        return sum(max(one.grace for one in level) for level in levels(running))

    def rest(self, originals: Iterable[Original]) -> None:
        """Stop them, dependents first; first of all, the engine is told to start none again."""
        every = list(originals)
        for one in every:
            self._policy(one, "no")
        for level in reversed(levels(every)):
            _together(self._stop, level)

    def wake(self, originals: Iterable[Original]) -> None:
        """Start those that ran, what they depend on first, and see that they are well.

        Raises:
            MachineFailed: naming the first that is not.
        """
        every = list(originals)
        for one in every:
            self._policy(one, one.restart)
        for level in levels(every):
            _together(self._start, [one for one in level if one.running])

    def remove(self, originals: Iterable[Original]) -> None:
        """Remove the containers and nothing else."""
        for one in originals:
            self._api.delete(f"/containers/{one.id}", force="true")

    def held(self, instance: Key) -> Mapping[str, Held]:
        """What stands inside an instance of ours."""
        return mounts(self._containers.foremost(instance))

    def waiting(self, environment: str) -> Mapping[Key, Mapping[str, Held]]:
        """What is kept without a name for instances of ours that are down."""
        return waiting(self._unnamed.kept(), environment)

    def save(self, instance: Key, command: Sequence[str], path: Path) -> None:
        """Keep in a file what a command beside an instance writes."""
        self._reach.save(instance, command, path)

    def planned(self, plain: Plain) -> Mapping[str, Any]:
        """The canonical form of a Compose project, the values of its variables put in."""
        return dict(decode(self._cli.plain(plain, "config", "--format", "json")))

    def ready(self, plain: Plain) -> None:
        """Fetch and build what it needs."""
        self._cli.plain(plain, "pull", "--quiet", "--policy", "missing", "--ignore-buildable")
        if any(one.get("build") for one in self.planned(plain).get("services", {}).values()):
            self._cli.plain(plain, "build")

    def hand_back(self, plain: Plain) -> None:
        """Have a Compose project run as its user would, and see that it is well."""
        self._cli.plain(plain, "up", "--detach")
        for one in self.originals(plain.project):
            self._await(one)

    def take_back(self, plain: Plain) -> None:
        """Remove the containers and networks of a Compose project; data stay."""
        self._cli.plain(plain, "down")

    def vanish(self, *, last: bool) -> None:
        """Remove the images that were built; with the last project the agents' as well."""
        at = self._clock.now() + 1
        sweep(self._api, self._owner, at)
        if last:
            agent_image.tidy(self._api, at)

    def forget(self, environment: str) -> None:
        """Describe nothing of an environment any more."""
        self._units.replace(environment, ())

    def _inspected(self, original: Original) -> Inspected:
        found = self._api.get(f"/containers/{original.id}/json")
        if found is None:
            raise MachineFailed(
                f"the container {original.name} is gone", remedy="`docker compose up -d`, as before"
            )
        return dict(found)

    def _policy(self, original: Original, name: str) -> None:
        said: dict[str, Any] = {"Name": name}
        if name == "on-failure":
            said["MaximumRetryCount"] = original.retries
        self._api.post(f"/containers/{original.id}/update", {"RestartPolicy": said})

    def _stop(self, original: Original) -> None:
        if self._inspected(original)["State"].get("Running"):
            self._api.post(f"/containers/{original.id}/stop", t=int(original.grace))

    def _start(self, original: Original) -> None:
        if not self._inspected(original)["State"].get("Running"):
            self._api.post(f"/containers/{original.id}/start")
        self._await(original)

    def _await(self, original: Original) -> None:
        """Wait until it is well, or has ended well.

        Raises:
            MachineFailed: when it is not in time.
        """
        began = self._clock.now()
        while not ready(inspected := self._inspected(original)):
            if ended_well(inspected):
                return
            why = hopeless(inspected)
            if not why and self._clock.now() - began > patience(inspected):
                why = "it is not ready in time"
            if why:
                lines = self._containers.last_lines(inspected)
                raise MachineFailed(f"{original.name}: {why}", detail=lines)
            self._clock.sleep(_LOOK_EVERY)


def original(inspected: Inspected) -> Original:
    """A container as it must be again; pure."""
    config, host = inspected["Config"], inspected["HostConfig"]
    policy = host.get("RestartPolicy") or {}
    said = (config.get("Labels") or {}).get(_WAITS) or ""
    return Original(
        id=inspected["Id"],
        name=str(inspected["Name"]).lstrip("/"),
        service=str(config["Labels"][COMPOSE_SERVICE]),
        image=str(config.get("Image") or ""),
        running=bool(inspected["State"].get("Running")),
        restart=policy.get("Name") or "no",
        retries=int(policy.get("MaximumRetryCount") or 0),
        waits=tuple(sorted(one.partition(":")[0] for one in said.split(",") if one)),
        grace=float(config.get("StopTimeout") or 10.0),
        patience=patience(inspected),
        ports=tuple(sorted(_ports(host))),
        held=mounts(inspected),
    )


def _ports(host: Mapping[str, Any]) -> set[str]:
    bindings = (host.get("PortBindings") or {}).values()
    return {one["HostPort"] for some in bindings for one in some or () if one.get("HostPort")}


def ended_well(inspected: Inspected) -> bool:
    """Whether it ran once and got through, and nobody starts it again; pure."""
    state, policy = inspected["State"], inspected["HostConfig"].get("RestartPolicy") or {}
    over = state.get("Status") == "exited" and state.get("ExitCode") == 0
    return over and policy.get("Name") in ("", "no", "on-failure", None)


def levels(originals: Sequence[Original]) -> list[list[Original]]:
    """Those that can be started together, what the others depend on first; pure."""
    services = {one.service for one in originals}
    sorter = TopologicalSorter(
        {one.service: {*one.waits} & services - {one.service} for one in originals}
    )
    try:
        sorter.prepare()
    except CycleError:  # Compose would not have started them: somebody edited the labels
        return [list(originals)]
    made = []
    while sorter.is_active():
        names = sorter.get_ready()
        made.append([one for one in originals if one.service in names])
        sorter.done(*names)
    return made


def kept_nowhere(changes: Iterable[Mapping[str, Any]], held: Iterable[str]) -> list[str]:
    """The paths, of all that the engine says was changed, that would be missed; pure."""
    paths = {str(one["Path"]) for one in changes if one.get("Kind") in _ADDED_OR_CHANGED}
    inside = tuple(f"{path.rstrip('/')}/" for path in held)
    parents = {parent for path in paths for parent in map(str, Path(path).parents)}
    parents |= {parent for path in held for parent in map(str, Path(path).parents)}
    return sorted(
        path
        for path in paths - parents
        if not _PASSING.search(path) and not f"{path}/".startswith(inside)
    )


def _together(act: Callable[[Original], None], originals: Sequence[Original]) -> None:
    if not originals:
        return
    with ThreadPoolExecutor(len(originals)) as pool:
        for future in [pool.submit(act, one) for one in originals]:
            future.result()
