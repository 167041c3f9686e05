"""The containers of a thing: found by our labels alone, watched, stopped and removed by id."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from partywall.engines.docker.api import Api
from partywall.engines.docker.labels import ENVIRONMENT, KEY, PROJECT
from partywall.engines.docker.names import Naming
from partywall.engines.docker.streams import framed, lines
from partywall.engines.docker.understand import Inspected, epoch, foremost
from partywall.interfaces import Clock
from partywall.model.errors import MachineFailed
from partywall.model.world import Key, environment_of, name_of

READY_SECONDS = 300.0
_LOOK_EVERY = 0.1
_CRASHES = 3
_LAST_LINES = 12
STEADY_SECONDS = 0.5
"""How long a container that nothing asks must run: most that are wrong end sooner."""


class Containers:
    """Every container of one installation."""

    def __init__(self, api: Api, naming: Naming, clock: Clock) -> None:
        self._api = api
        self._naming = naming
        self._clock = clock

    def of(self, key: Key) -> list[Inspected]:
        """All containers of a thing; ours only."""
        return self._with(self._naming.owner(key), f"{KEY}={key}")

    def running(self, environment: str) -> list[Inspected]:
        """All running containers of an environment's instances, by key."""
        found = self._with(self._naming.owner(environment), f"{ENVIRONMENT}={environment}")
        up = [one for one in found if one["State"].get("Running")]
        return sorted(up, key=lambda one: str(one["Config"]["Labels"][KEY]))

    def keys(self, environment: str) -> set[Key]:
        """Instances and jobs of an environment that have a container, whatever its state."""
        listed = self._listed(self._naming.owner(environment), f"{ENVIRONMENT}={environment}")
        return {str(one["Labels"][KEY]) for one in listed}

    def newest(self, key: Key) -> Inspected | None:
        """The container of a thing that was made last."""
        made = max(
            self._listed(self._naming.owner(key), f"{KEY}={key}"),
            key=lambda one: int(one["Created"]),
            default=None,
        )
        return None if made is None else self._api.get(f"/containers/{made['Id']}/json")

    def _with(self, owner: str, label: str) -> list[Inspected]:
        listed = self._listed(owner, label)
        found = (self._api.get(f"/containers/{one['Id']}/json") for one in listed)
        return [one for one in found if one is not None]

    def _listed(self, owner: str, label: str) -> list[Inspected]:
        labels = [f"{PROJECT}={owner}", label]
        return self._api.get("/containers/json", all="true", filters={"label": labels}) or []

    def has_network(self, name: str) -> bool:
        """Whether there is a network of this name, whosever it is."""
        return self._api.get(f"/networks/{quote(name, safe='')}") is not None

    def remove_networks(self, project: str) -> None:
        """Remove what Compose made of itself for a project that has no container any more."""
        made = {"label": [f"com.docker.compose.project={project}"]}
        for one in self._api.get("/networks", filters=made) or []:
            self._api.delete(f"/networks/{one['Id']}")

    def connect(self, container: Inspected, network: str) -> None:
        """Let a container join a network; that it is in it already is fine."""
        body = {"Container": container["Id"]}
        try:
            self._api.post(f"/networks/{network}/connect", body)
        except MachineFailed as error:
            if "already exists" not in error.what:
                raise

    def stop(self, key: Key, grace: float) -> None:
        """Ask every one to end, and wait."""
        for one in self.of(key):
            if one["State"].get("Running"):
                self._api.post(f"/containers/{one['Id']}/stop", t=int(grace))

    def restart(self, key: Key, grace: float) -> None:
        """Stop and start every one."""
        for one in self.of(key):
            self._api.post(f"/containers/{one['Id']}/restart", t=int(grace))

    def remove(self, key: Key, grace: float) -> None:
        """Stop and remove every one, with the volumes that have no name."""
        self.stop(key, grace)
        for one in self.of(key):
            self._api.delete(f"/containers/{one['Id']}", v="true", force="true")

    def until(self, key: Key, ready: Callable[[Inspected], bool]) -> Inspected:
        """Wait until the container that counts is as it should be.

        Raises:
            MachineFailed: when it keeps ending, is unwell or takes too long; with its last words.
        """
        deadline = self._clock.now() + READY_SECONDS
        while True:
            found = self.of(key)
            if not found:
                raise MachineFailed(f"{key} has no container any more", remedy="`partywall up`")
            one = foremost(found)
            if ready(one):
                return dict(one)
            if why := _hopeless(one):
                raise self.unwell(key, one, why)
            if self._clock.now() > deadline:
                raise self.unwell(key, one, f"it is not ready after {READY_SECONDS:.0f} s")
            self._clock.sleep(_LOOK_EVERY)

    def unwell(self, key: Key, inspected: Inspected, why: str) -> MachineFailed:
        """The error for a container that does not do what it should."""
        environment, name = environment_of(key), name_of(key)
        return MachineFailed(
            f"{key}: {why}",
            detail=self.last_lines(inspected),
            remedy=f"`partywall logs {environment} {name}` shows more",
        )

    def last_lines(self, inspected: Inspected) -> list[str]:
        """The last lines that it wrote."""
        raw = self._api.raw(
            f"/containers/{inspected['Id']}/logs", stdout="1", stderr="1", tail=str(_LAST_LINES)
        )
        return list(lines([raw], framed=framed(inspected)))[-_LAST_LINES:]


def ready(inspected: Inspected) -> bool:
    """It runs and its health check has said yes; without one it has not ended at once."""
    state = inspected["State"]
    if state.get("Status") != "running":
        return False
    if (health := state.get("Health") or {}).get("Status", "none") != "none":
        return bool(health["Status"] == "healthy")
    age = time.time() - (epoch(state.get("StartedAt") or "") or 0.0)
    return inspected["RestartCount"] == 0 and age >= STEADY_SECONDS


def _hopeless(inspected: Inspected) -> str:
    state = inspected["State"]
    if state.get("Error") and state.get("Status") == "created":
        return f"it could not be started: {state['Error']}"
    if inspected["RestartCount"] >= _CRASHES:
        return f"it crashes again and again (exit code {state.get('ExitCode')})"
    if (state.get("Health") or {}).get("Status") == "unhealthy":
        log = state["Health"].get("Log") or [{}]
        return f"its health check fails: {str(log[-1].get('Output', '')).strip()[:300]}"
    if state.get("Status") in {"exited", "dead"}:
        return f"it ended with exit code {state.get('ExitCode')}"
    return ""
