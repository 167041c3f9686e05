"""An instance turned into a program for the supervisor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

import partywall
from partywall.engines.embedded import attached
from partywall.engines.embedded.allocations import Address, Allocations
from partywall.engines.embedded.names import localise
from partywall.engines.embedded.places import Places, supervised_name
from partywall.engines.embedded.servers.choose import refusal, stand_in
from partywall.engines.embedded.servers.setup import Launch, Preparation, Setup, base_path
from partywall.engines.embedded.supervise.program import Account, Health, Program
from partywall.interfaces import EdgeProgram
from partywall.model.app import Mount
from partywall.model.errors import Refused
from partywall.model.world import Entry, Instance, Job, Key, environment_of, fingerprint
from partywall.planning.uses import is_edge

ANONYMOUS = "data"
_THROWAWAY = "~throwaway"
"""No environment can be called so."""


class Programs:
    """Everything that is needed to describe an instance to the supervisor."""

    def __init__(
        self,
        places: Places,
        project_id: str,
        allocations: Allocations,
        edge: Callable[[str], EdgeProgram],
        *,
        root: bool,
    ) -> None:
        self.places = places
        self.project_id = project_id
        self.allocations = allocations
        self._edge = edge
        self._root = root

    def program(self, entry: Entry) -> Program:
        """The program of an instance or of a job.

        Raises:
            Refused: when this engine cannot run it.
        """
        thing = entry.thing
        instance = thing.instance if isinstance(thing, Job) else thing
        assert isinstance(instance, Instance)  # noqa: S101  (performers get their own kind)
        launch = self.launch(instance)
        environment = environment_of(thing.key)
        return Program(
            key=f"{environment}/{supervised_name(thing.key)}",
            project=self.project_id,
            command=launch.command,
            environment=launch.environment,
            secrets="" if environment == "machine" else str(self.places.secrets(environment)),
            secret_files=launch.files,
            folder=str(launch.folder),
            shown={
                target: str(place)
                for target, place in attached.places(
                    self.places.attached(thing.key), instance.attachments
                ).items()
            },
            account=self.account(environment),
            reachable=self.reachable(),
            log=str(self.places.log(thing.key)),
            stop_signal=launch.stop_signal,
            stop_grace_seconds=instance.stop_grace,
            restart="no" if isinstance(thing, Job) else "always",
            once=isinstance(thing, Job),
            health=launch.health,
            after=tuple(
                f"{environment_of(need.key)}/{supervised_name(need.key)}" for need in thing.needs
            ),
            labels={
                "thing": msgspec.json.encode(thing).decode(),
                "fingerprint": entry.fingerprint or fingerprint(thing),
            },
        )

    def launch(self, instance: Instance) -> Launch:
        """How its server or process is started.

        Raises:
            Refused: when this engine cannot run it.
        """
        if is_edge(instance):
            return self._edge_launch(instance)
        runs = stand_in(instance)
        if runs is None:
            raise Refused(refusal(instance) or f"{instance.key} cannot run here")
        return runs.program(self.setup(instance))

    def _edge_launch(self, instance: Instance) -> Launch:
        """The edge keeps the ports that its settings chose: addresses are made of them."""
        program = self._edge(instance.service)
        if instance.ports:
            address = Address("127.0.0.1", {port: port for port in instance.ports})
            self.allocations.fix(instance.key, address)
            health = Health(tcp=(address.host, instance.ports[0]), interval=2.0)
        else:
            health = Health(unix=program.socket, interval=2.0)
        return Launch(
            command=program.command,
            environment=program.environment,
            folder=Path(program.folder),
            health=health,
        )

    def preparation(self, instance: Instance) -> Preparation | None:
        """What must be run before its first start, None when nothing must."""
        runs = stand_in(instance)
        if runs is None or runs.preparation is None:
            return None
        return runs.preparation(self.setup(instance))

    def setup(self, instance: Instance) -> Setup:
        """The instance in its place on this machine."""
        paths = self.paths(instance)
        # One that has not started yet gets its address now: what starts before it must know it.
        hosts = {name: self.allocations.settle(key, ()) for name, key in instance.hosts.items()}
        data = next(
            (Path(paths[mount.target]) for mount in instance.mounts if mount.kind == "volume"),
            self.places.own(instance.key) / ANONYMOUS,
        )
        return Setup(
            instance=instance,
            address=self.settle(instance),
            folder=self.places.own(instance.key),
            data=data,
            environment=localise(instance.environment, hosts, paths),
            paths=paths,
            hosts=hosts,
            project=self.places.resolve(instance.folder),
        )

    def settle(self, instance: Instance) -> Address:
        """Its address, chosen now if it never had one."""
        runs = stand_in(instance)
        ports = instance.ports or (runs.ports if runs else ())
        return self.allocations.settle(instance.key, ports)

    def paths(self, instance: Instance) -> dict[str, str]:
        """Container path → host path for every mount and attachment."""
        mounts = {mount.target: str(self._source(instance, mount)) for mount in instance.mounts}
        return mounts | attached.paths(self.places.attached(instance.key), instance.attachments)

    def account(self, environment: str) -> Account | None:
        """The user that an environment's programs run under; None: the one who started us."""
        if not self._root or environment == "machine":
            return None
        uid = self.allocations.uid(environment, _taken)
        return Account(uid, uid, f"pw-{environment}")

    def throwaway_account(self) -> Account | None:
        """The user of servers on copies of data, which is no environment's."""
        if not self._root:
            return None
        uid = self.allocations.uid(_THROWAWAY, _taken)
        return Account(uid, uid, "pw-throwaway")

    def user(self, environment: str) -> int | None:
        """The user id of an environment that was started before; nothing is chosen."""
        return self.allocations.uids().get(environment) if self._root else None

    def bound(self, instance: Instance) -> list[Path]:
        """The places of the host that an app's own process may write to."""
        if instance.run is None:
            return []
        mounts = (one for one in instance.mounts if one.kind == "bind" and not one.read_only)
        return [self.places.resolve(one.source) for one in mounts]

    def reachable(self) -> tuple[str, ...]:
        """What every program must be able to reach: the project, the interpreter, this package."""
        package = Path(partywall.__file__).parents[1]
        paths = (self.places.project, sys.prefix, sys.base_prefix, package)
        return tuple(dict.fromkeys(map(str, paths)))

    def inside(self, environment: str) -> Program:
        """A program that is never started: its place is entered by commands."""
        key: Key = f"{environment}/inside"
        return Program(
            key=key,
            project=self.project_id,
            command=("true",),
            environment={"PATH": base_path(), "LANG": "C.UTF-8"},
            folder="/",
            account=self.account(environment),
            reachable=self.reachable(),
            wanted=False,
        )

    def _source(self, instance: Instance, mount: Mount) -> Path:
        if mount.kind == "volume" and mount.source:
            return self.places.volume(mount.source)
        if mount.kind == "bind":
            return self.places.resolve(mount.source)
        return self.places.own(instance.key) / mount.target.strip("/").replace("/", "-")


def _taken(uid: int) -> bool:
    import pwd  # noqa: PLC0415  (only root needs it)

    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
