"""Servers on copies of data: containers without a way out, which end by themselves in time."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from partywall.engines.docker import clusters, errands, originals
from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.errands import Place
from partywall.engines.docker.images import image_of
from partywall.engines.docker.labels import PROJECT
from partywall.engines.docker.making import Making
from partywall.engines.docker.names import Naming
from partywall.engines.docker.streams import framed, lines
from partywall.engines.docker.understand import Inspected
from partywall.interfaces import Completed, Door, Errand, Throwaway, Writing
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret
from partywall.model.world import Entry, Instance, Key
from partywall.system import machine, piping, running, streaming
from partywall.system.files import make_folder, write_atomically

NAME = "io.partywall.throwaway"
"""Marks these containers and their network; they have no key, and are in no world."""
UNIT = "throwaway"
"""Whose images are built for commands beside them."""
PORT = 5432
_GRACE = 30
_PAUSE = 0.02
_PIDS = 512
_NETWORK = {
    "Internal": True,
    "Options": {"com.docker.network.bridge.enable_icc": "false"},
}
"""No way out, and none from one to the next: only this machine comes in."""


class DockerThrowaways:
    """Each is a container with the original's image; it removes itself when its time is over."""

    unbounded = ""

    def __init__(
        self, api: Api, containers: Containers, making: Making, naming: Naming, project: Path
    ) -> None:
        self._api = api
        self._making = making
        self._project = project
        self._containers = containers
        self._naming = naming

    def place(self, instance: Key, path: str) -> Path | None:
        """Where a path inside of the container is on this machine, if we can read it there.

        Raises:
            MachineFailed: when there is no container.
        """
        found = host_path(self._containers.foremost(instance), path)
        return found if found and os.access(found, os.R_OK | os.X_OK) else None

    def owner(self, like: Instance, data: Path) -> int | None:
        """As root to whom they belong: the user inside. Otherwise we are the user inside."""
        del like, data
        return None

    def start(self, wanted: Throwaway) -> Door:
        """Start its container.

        Raises:
            MachineFailed: when the engine refuses, or no image is there that opens the data.
        """
        original = originals.original(self._api, self._containers, wanted, self._naming.project)
        inside = data_folder(original)
        body = described(wanted, original, inside, self._labels(wanted.name))
        body["NetworkingConfig"] = {"EndpointsConfig": {self._network(): {}}}
        name = self._called(wanted.name)
        made = self._api.post("/containers/create", body, name=name)
        self._api.post(f"/containers/{made['Id']}/start")
        found = self._api.get(f"/containers/{made['Id']}/json")
        if found is None:
            raise MachineFailed(f"{name} ended at once", remedy=f"`docker logs {name}` says why")
        return Door(host=_address(found), port=PORT)

    def initialise(self, wanted: Throwaway, words: Sequence[str], password: Secret) -> None:
        """Run the image's `initdb` as the user whose data it has inside, or as ourselves.

        Raises:
            MachineFailed: when it fails, or the original is gone.
        """
        original = self._containers.foremost(wanted.like.key)
        inside = data_folder(original)
        uid, gid = self._user(original, inside)
        place = clusters.Place(
            name=self._called(wanted.name),
            image=str(original["Image"]),
            labels=self._labels(wanted.name),
            data=make_folder(wanted.data),
            inside=inside,
            accounts=wanted.data.with_name(f".{wanted.data.name}.accounts"),
            uid=uid,
            gid=gid,
        )
        write_atomically(place.accounts, place.account().encode(), mode=0o644)
        if machine.is_root():
            os.chown(wanted.data, uid, gid)
        try:
            done = subprocess.run(
                self._docker(*clusters.initdb(place, words)),
                input=f"{password.reveal()}\n",
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        finally:
            place.accounts.unlink(missing_ok=True)
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise MachineFailed("no cluster could be made like the original", detail=said[-5:])

    def save(self, writing: Writing) -> Completed:
        """Run a program of the image in a container of its own, in the server's network.

        PostgreSQL is the first process of its own container: what loses its parent there becomes
        its child, and it restarts all when such a one is killed.

        Raises:
            MachineFailed: as `piping.save` does, and when the original is gone.
        """
        original = self._containers.foremost(writing.like.key)
        beside = clusters.Beside(
            name=self._called(writing.name),
            image=str(original["Image"]),
            labels=self._labels(writing.name),
            server=str(original["Id"]),
        )
        words = self._docker(*clusters.writing(beside, writing.command))
        return piping.save(words, writing.file, text=f"{writing.text.reveal()}\n")

    def feed(
        self, server: str, command: Sequence[str], file: Path, environment: Mapping[str, str]
    ) -> Completed:
        """Run a program in a server's container; raises as `piping.feed` does."""
        words = clusters.reading(self._called(server), command, environment)
        return piping.feed(self._docker(*words), file, environment={**os.environ, **environment})

    def _user(self, original: Inspected, inside: str) -> tuple[int, int]:
        if not machine.is_root():
            return os.geteuid(), os.getegid()
        said = subprocess.run(
            self._docker("exec", original["Id"], "stat", "-c", "%u %g", inside),
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode:
            raise MachineFailed("the server's user is not to be found", detail=[said.stderr])
        uid, gid = map(int, said.stdout.split())
        return uid, gid

    def _docker(self, *words: str) -> list[str]:
        return ["docker", "--host", f"unix://{self._api.socket}", *words]

    def running(self) -> frozenset[str]:
        """Their names, from one look."""
        return frozenset(str(one["Labels"][NAME]) for one in self._listed())

    def words(self, name: str) -> list[str]:
        """The end of what its container wrote."""
        address = f"/containers/{self._called(name)}"
        found = self._api.get(f"{address}/json")
        if found is None:
            return []
        said = self._api.raw(f"{address}/logs", stdout=True, stderr=True, tail="8")
        return list(lines([said], framed=framed(found)))

    def stop(self, name: str) -> None:
        """Ask the server to end, wait, and remove its container."""
        with contextlib.suppress(EngineRefuses):  # it has just ended by itself
            self._api.post(f"/containers/{self._called(name)}/stop", t=_GRACE)
        self.kill(name)

    def kill(self, name: str) -> None:
        """Remove its container, whatever it does; its name is then free."""
        address = f"/containers/{self._called(name)}"
        with contextlib.suppress(EngineRefuses):  # it removes itself at this moment
            self._api.delete(address, force=True, v=True)
        deadline = time.monotonic() + _GRACE
        while self._api.get(f"{address}/json") is not None and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def tidy(self) -> None:
        """Remove their network."""
        with contextlib.suppress(EngineRefuses):  # somebody is in it
            self._api.delete(f"/networks/{self._common}")

    def run(self, server: str, errand: Errand, given_up: Callable[[], bool]) -> Completed:
        """Run a command in a container that shares the server's network: nothing else is there.

        Raises:
            MachineFailed: when it cannot be started, or its image cannot be built.
        """
        place = Place(
            name=self._called(errand.name),
            server=self._called(server),
            image=self._image(errand),
            labels=self._labels(errand.name),
            project=str(self._project),
        )
        return running.run(
            self._docker(*errands.words(place, errand)),
            environment={**os.environ, **errand.environment},
            seconds=errand.seconds,
            given_up=given_up,
            end=lambda: self.kill(errand.name),
        )

    def inside(self, server: str, command: Sequence[str], names: Sequence[str]) -> list[str]:
        """The image's program, in the server's container and on the terminal there is."""
        handed = [word for name in names for word in ("--env", name)]
        here = ["--env", "PGHOST=127.0.0.1", "--env", f"PGPORT={PORT}"]
        on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        return [
            *("docker", "--host", f"unix://{self._api.socket}", "exec"),
            *("-it" if on_terminal else "-i", *handed, *here, self._called(server), *command),
        ]

    def stream(
        self,
        server: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        take: Callable[[bytes], object],
    ) -> Completed:
        """Run a program in the server's container; raises as `streaming.stream` does."""
        given = {**environment, "PGHOST": "127.0.0.1", "PGPORT": str(PORT)}
        names = (word for name in sorted(given) for word in ("--env", name))
        words = ["docker", "--host", f"unix://{self._api.socket}", "exec", *names]
        return streaming.stream(
            [*words, self._called(server), *command],
            environment={**os.environ, **given},
            take=take,
        )

    def _image(self, errand: Errand) -> str:
        """That of what runs, or the one that is described, which is built when it is missing."""
        found = self._containers.newest(errand.running) if errand.running else None
        if found is not None:
            return str(found["Image"])
        like = errand.like
        name = image_of(like, self._naming.project)
        if name is None:
            return like.image
        key: Key = f"{UNIT}/{like.service}"
        entry = Entry(thing=msgspec.structs.replace(like, key=key, needs=()), fingerprint="")
        self._making.prepare([entry])
        self._making.forget(entry)
        return name

    def _network(self) -> str:
        """The network of all of them, made when it is not there."""
        name = self._common
        if self._api.get(f"/networks/{name}") is None:
            labels = {PROJECT: self._naming.project_id, NAME: "network"}
            body = {"Name": name, "CheckDuplicate": True, "Labels": labels, **_NETWORK}
            with contextlib.suppress(EngineRefuses):  # another command has just made it
                self._api.post("/networks/create", body)
        return name

    @property
    def _common(self) -> str:
        return f"{self._naming.project}-throwaway"

    def _labels(self, name: str) -> dict[str, str]:
        return {PROJECT: self._naming.project_id, NAME: name}

    def _called(self, name: str) -> str:
        return f"{self._common}-{name}"

    def _listed(self) -> Iterable[Mapping[str, Any]]:
        mine = {"label": [f"{PROJECT}={self._naming.project_id}", NAME]}
        found: Iterable[Mapping[str, Any]] = self._api.get("/containers/json", filters=mine) or []
        return found


def described(
    wanted: Throwaway, original: Inspected, inside: str, labels: Mapping[str, str]
) -> dict[str, Any]:
    """What the engine is asked to make; pure but for who the data belong to."""
    said = (word for name, value in wanted.settings.items() for word in ("-c", f"{name}={value}"))
    found = wanted.data.stat()
    memory = wanted.memory_bytes
    return {
        "Image": original["Image"],
        "User": f"{found.st_uid}:{found.st_gid}",
        "Entrypoint": ["timeout", "-s", "INT", "-k", str(_GRACE), f"{wanted.seconds:.0f}"],
        "Cmd": ["postgres", "-D", inside, "-c", "listen_addresses=*", *said],
        "Env": [f"PGDATA={inside}"],
        "Labels": dict(labels),
        "StopSignal": "SIGINT",
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": {
            "AutoRemove": True,
            "Binds": [f"{wanted.data}:{inside}"],
            "Memory": memory,
            "MemorySwap": memory,
            "NanoCpus": int(wanted.cpus * 1e9),
            "CpuShares": 256,
            "BlkioWeight": 0,
            "PidsLimit": _PIDS,
            "ShmSize": max(64 << 20, memory // 4),
            "SecurityOpt": ["no-new-privileges"],
            "CapDrop": ["ALL"],
            "ExtraHosts": [f"{name}:127.0.0.1" for name in wanted.hosts],
        },
    }


def data_folder(original: Inspected) -> str:
    """Where the original has its data directory inside."""
    return originals.variables(original).get("PGDATA") or "/var/lib/postgresql/data"


def host_path(original: Inspected, path: str) -> Path | None:
    """Where a path inside is on this machine: below the mount that is nearest to it; pure."""
    found = [
        (PurePosixPath(one["Destination"]), one["Source"])
        for one in original.get("Mounts") or ()
        if one.get("Source") and PurePosixPath(path).is_relative_to(one["Destination"])
    ]
    if not found:
        return None
    point, source = max(found, key=lambda one: len(one[0].parts))
    return Path(source) / PurePosixPath(path).relative_to(point)


def _address(found: Inspected) -> str:
    networks = found["NetworkSettings"].get("Networks") or {}
    address = next((str(one["IPAddress"]) for one in networks.values() if one["IPAddress"]), "")
    if not address:
        raise MachineFailed(
            f"{str(found['Name']).lstrip('/')} ended at once", remedy="run the same command again"
        )
    return address
