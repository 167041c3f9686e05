"""The containers of a thing: found by our labels alone, watched, stopped and removed by id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any
from urllib.parse import quote

from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import (
    COMPOSE_FOLDER,
    COMPOSE_ONEOFF,
    COMPOSE_PROJECT,
    COMPOSE_SERVICE,
    ENVIRONMENT,
    KEY,
    PROJECT,
)
from partywall.engines.docker.names import Naming
from partywall.engines.docker.ready import hopeless, late
from partywall.engines.docker.streams import framed, lines
from partywall.engines.docker.understand import Inspected, container, foremost
from partywall.engines.docker.unnamed import Unnamed
from partywall.interfaces import Clock
from partywall.model.errors import MachineFailed, Refused
from partywall.model.world import MACHINE, Entry, Key, environment_of, name_of
from partywall.planning.diff import same

_LOOK_EVERY = 0.1
_LAST_LINES = 12
_LODGED = "container:"


class Containers:
    """Every container of one installation."""

    def __init__(
        self,
        api: Api,
        naming: Naming,
        clock: Clock,
        masked: Callable[[str, str], str],
        unnamed: Unnamed,
    ) -> None:
        """`masked` takes an environment's secrets out of a text that its programs wrote."""
        self._api = api
        self._naming = naming
        self._clock = clock
        self._masked = masked
        self._unnamed = unnamed

    def of(self, key: Key) -> list[Inspected]:
        """All containers of a thing: ours, or those of an attached environment."""
        if (project := self._naming.attached.get(environment_of(key))) is not None:
            return self.theirs(project, f"{COMPOSE_SERVICE}={name_of(key)}")
        return self._with(self._naming.owner(key), f"{KEY}={key}")

    def running(self, environment: str) -> list[Inspected]:
        """All running containers of an environment's instances, by key."""
        if (project := self._naming.attached.get(environment)) is not None:
            found = self.theirs(project)
        else:
            found = self._with(self._naming.owner(environment), f"{ENVIRONMENT}={environment}")
        up = [one for one in found if one["State"].get("Running")]
        return sorted(up, key=lambda one: str(one["Config"]["Labels"].get(COMPOSE_SERVICE)))

    def strangers(self, folder: str) -> list[str]:
        """The Compose projects of a folder that run and are neither ours nor attached."""
        found = self._listed(f"{COMPOSE_FOLDER}={folder}")
        names = {
            str(one["Labels"].get(COMPOSE_PROJECT))
            for one in found
            if PROJECT not in one["Labels"] and one.get("State") == "running"
        }
        return sorted(names - set(self._naming.attached.values()))

    def volumes_left(self, project: str) -> list[str]:
        """The volumes of a Compose project that are not ours, by name."""
        mine = {"label": [f"{COMPOSE_PROJECT}={project}"]}
        found = (self._api.get("/volumes", filters=mine) or {}).get("Volumes") or []
        return sorted(one["Name"] for one in found if PROJECT not in (one.get("Labels") or {}))

    def publisher(self, port: int) -> str:
        """The image of whatever running container has a port of the machine; empty: none has it."""
        for one in self._api.get("/containers/json") or []:
            ports = {said.get("PublicPort") for said in one.get("Ports") or ()}
            if port in ports:
                return str(one.get("Image") or one["Id"])
        return ""

    def refuse_impostors(self, unit: str, services: Collection[str]) -> None:
        """See that Compose will not take somebody else's container for one of a unit's.

        Compose goes by its own labels alone, and would replace it.

        Raises:
            Refused: when there is one that does not carry our label.
        """
        for one in self._listed(f"{COMPOSE_PROJECT}={self._naming.compose_project(unit)}"):
            found = one["Labels"]
            if found.get(PROJECT) == self._naming.owner(f"{unit}/any"):
                continue
            if found.get(COMPOSE_SERVICE) in services:
                name = str(one["Names"][0]).lstrip("/")
                raise Refused(
                    f"there is a container {name} that is not ours, with our project's name on it",
                    remedy=f"`docker inspect {name}` says whose it is; remove it, or choose "
                    "another `project:`",
                )

    def keys(self, environment: str) -> set[Key]:
        """Instances and jobs of an environment that have a container, whatever its state."""
        if (project := self._naming.attached.get(environment)) is not None:
            theirs = self.theirs(project)
            names = (one["Config"]["Labels"][COMPOSE_SERVICE] for one in theirs)
            return {f"{environment}/{name}" for name in names}
        listed = self._listed(
            f"{PROJECT}={self._naming.owner(environment)}", f"{ENVIRONMENT}={environment}"
        )
        return {str(one["Labels"][KEY]) for one in listed}

    def newest(self, key: Key) -> Inspected | None:
        """The container of a thing that was made last."""
        if environment_of(key) in self._naming.attached:
            return max(self.of(key), key=lambda one: str(one["Created"]), default=None)
        made = max(
            self._listed(f"{PROJECT}={self._naming.owner(key)}", f"{KEY}={key}"),
            key=lambda one: int(one["Created"]),
            default=None,
        )
        return None if made is None else self._api.get(f"/containers/{made['Id']}/json")

    def theirs(self, project: str, *labels: str) -> list[Inspected]:
        """Containers of somebody else's project, those apart that `run` made for once."""
        project_label = f"{COMPOSE_PROJECT}={project}"
        listed = self._listed(project_label, f"{COMPOSE_ONEOFF}=False", *labels)
        return self._inspected(one for one in listed if PROJECT not in one["Labels"])

    def _with(self, owner: str, label: str) -> list[Inspected]:
        return self._inspected(self._listed(f"{PROJECT}={owner}", label))

    def _listed(self, *labels: str) -> list[Inspected]:
        found = self._api.get("/containers/json", all="true", filters={"label": [*labels]})
        return list(found or [])

    def _inspected(self, listed: Iterable[Inspected]) -> list[Inspected]:
        found = (self._api.get(f"/containers/{one['Id']}/json") for one in listed)
        return [one for one in found if one is not None]

    def _own(self, key: Key) -> list[Inspected]:
        """All containers of a thing, to be changed.

        Raises:
            Refused: when they are not ours.
        """
        if environment_of(key) in self._naming.attached:
            raise Refused(
                f"{key} is attached: it is somebody else's and is not changed",
                remedy="`docker compose` in its own folder does that",
            )
        return self.of(key)

    def has_network(self, name: str) -> bool:
        """Whether there is a network of this name, whosever it is."""
        return self._api.get(f"/networks/{quote(name, safe='')}") is not None

    def remove_networks(self, project: str) -> None:
        """Remove what Compose made of itself for a project that has no container any more."""
        made = {"label": [f"com.docker.compose.project={project}"]}
        for one in self._api.get("/networks", filters=made) or []:
            if one["Name"] == f"{project}_default":  # others only carry its label
                self._api.delete(f"/networks/{one['Id']}")

    def connect(self, container: Inspected, network: str, alias: str = "") -> None:
        """Let a container join a network, by a name of its own; that it is in it is fine."""
        body: dict[str, Any] = {"Container": container["Id"]}
        if alias:
            body["EndpointConfig"] = {"Aliases": [alias]}
        try:
            self._api.post(f"/networks/{network}/connect", body)
        except MachineFailed as error:
            if "already exists" not in error.what:
                raise

    def disconnect(self, container: Inspected, network: str) -> None:
        """Let a container leave a network."""
        body = {"Container": container["Id"], "Force": True}
        self._api.post(f"/networks/{network}/disconnect", body)

    def homeless(self, key: Key) -> bool:
        """Whether a thing lives in the network of a container that is gone."""
        modes = (str(one["HostConfig"].get("NetworkMode") or "") for one in self.of(key))
        ids = [mode.removeprefix(_LODGED) for mode in modes if mode.startswith(_LODGED)]
        return any(self._api.get(f"/containers/{one}/json") is None for one in ids)

    def stop(self, key: Key, grace: float) -> None:
        """Ask every one to end, and wait."""
        for one in self._own(key):
            if one["State"].get("Running"):
                self._api.post(f"/containers/{one['Id']}/stop", t=int(grace))

    def restart(self, key: Key, grace: float) -> None:
        """Stop and start every one."""
        for one in self._own(key):
            self._api.post(f"/containers/{one['Id']}/restart", t=int(grace))

    def remove(self, key: Key, grace: float) -> None:
        """Stop and remove every one; data in volumes without a name wait for the next.

        The edge keeps its own elsewhere.
        """
        self.stop(key, grace)
        found = self._own(key)
        if found and environment_of(key) != MACHINE:
            self._unnamed.keep(key, foremost(found))  # nobody else knows which they are
        for one in found:
            self._api.delete(f"/containers/{one['Id']}", force="true")
            self._unnamed.tidy(key, one)

    def discard(self, containers: Iterable[Inspected], grace: float = 0.0) -> None:
        """Stop and remove these, with the volumes that have no name."""
        for one in containers:
            self._api.post(f"/containers/{one['Id']}/stop", t=int(grace))
            self._api.delete(f"/containers/{one['Id']}", v="true", force="true")

    def keeps(self, key: Key) -> str:
        """A path where one of them has data in a volume without a name; empty: none has."""
        return min((path for one in self.of(key) for path in self._unnamed.used(one)), default="")

    def described(self, entry: Entry) -> bool:
        """Whether one of its containers says that it is this already."""
        found = (container(self._naming, one) for one in self.of(entry.thing.key))
        return any(one is not None and same(one, entry) for one in found)

    def foremost(self, key: Key) -> Inspected:
        """The one that counts.

        Raises:
            MachineFailed: when there is none.
        """
        found = self.of(key)
        if not found:
            raise MachineFailed(f"{key} has no container any more", remedy="`partywall up`")
        return foremost(found)

    def until(
        self,
        key: Key,
        ready: Callable[[Inspected], bool],
        *,
        apart_from: Collection[str] = (),
        once: bool = False,
    ) -> Inspected:
        """Wait until the container that counts is as it should be; some, by id, do not count.

        `once` says that it is to run to its end.

        Raises:
            MachineFailed: when it keeps ending, is unwell or takes too long; with its last words.
        """
        began = self._clock.now()
        while True:
            found = [one for one in self.of(key) if one["Id"] not in apart_from]
            if not found:
                raise MachineFailed(f"{key} has no container any more", remedy="`partywall up`")
            one = foremost(found)
            if ready(one):
                return dict(one)
            if why := hopeless(one) or late(one, self._clock.now() - began, once=once):
                raise self.unwell(key, one, why)
            self._clock.sleep(_LOOK_EVERY)

    def unwell(self, key: Key, inspected: Inspected, why: str) -> MachineFailed:
        """The error for a container that does not do what it should."""
        environment, name = environment_of(key), name_of(key)
        return MachineFailed(
            f"{key}: {self._masked(environment, why)}",
            detail=[self._masked(environment, line) for line in self.last_lines(inspected)],
            remedy=f"`partywall logs {environment} {name}` shows more",
        )

    def last_lines(self, inspected: Inspected) -> list[str]:
        """The last lines that it wrote."""
        raw = self._api.raw(
            f"/containers/{inspected['Id']}/logs", stdout="1", stderr="1", tail=str(_LAST_LINES)
        )
        return list(lines([raw], framed=framed(inspected)))[-_LAST_LINES:]
