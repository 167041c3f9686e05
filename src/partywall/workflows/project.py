"""An opened project: its settings, its engine and everything that a verb works with."""

from __future__ import annotations

import contextlib
import os
import secrets as random
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from partywall import catalog
from partywall.axes.sense import Senseless, check
from partywall.axes.site import EDGE
from partywall.axes.standing import stands
from partywall.axes.world import desired as build
from partywall.compose import read
from partywall.compose.settings import EnvironmentSettings, Settings
from partywall.data.checkouts import CheckoutObserver, CheckoutPerformer
from partywall.data.observe import SpaceObserver
from partywall.edge import tenants
from partywall.edge.home import EdgeHome
from partywall.execution import state, turn
from partywall.execution.records import Records
from partywall.interfaces import Commons, Engine, EngineParts, Performer
from partywall.model.app import App
from partywall.model.choices import Choices, Presence
from partywall.model.errors import BadInput, PartywallError
from partywall.model.world import (
    AnyThing,
    Checkout,
    Database,
    Key,
    KeySpace,
    Route,
    TopicSpace,
    World,
)
from partywall.planning.unmade import without
from partywall.system.clock import SystemClock
from partywall.system.secretstore import FileSecretStore
from partywall.workflows import app_ports, commons, edge_place, edge_ports, parts, variables
from partywall.workflows.app_cache import AppCache
from partywall.workflows.observing import WholeObserver
from partywall.workflows.port_claims import Claims
from partywall.workflows.requests import requested, told
from partywall.workflows.site import site_of
from partywall.workflows.sources import Sources
from partywall.workflows.switching import EdgeSwitch
from partywall.workflows.variables import Given

HOME = ".partywall"
DEFAULT_ENGINE = "docker"
SCRATCH = "scratch"
"""The file below the home folder that says that a project is a copy for measuring."""


class Project:
    """One project; parts are made when they are first asked for."""

    def __init__(
        self,
        settings: Settings,
        engine: str | None,
        *,
        succeeds: str = "",
        commons: Path | None = None,
    ) -> None:
        """Nothing is asked or made yet.

        Args:
            settings: of the project.
            engine: its name; None: nobody has named one.
            succeeds: the Compose project whose services are about to become this one's.
            commons: where that is kept which projects have in common; None: the environment says.
        """
        self.settings = settings
        self.said_commons = commons
        self.succeeds = succeeds
        self.chosen_engine = engine
        """None: nobody has named one yet."""
        self.engine_name = engine or DEFAULT_ENGINE
        self.folder = settings.folder
        self.home = self.folder / HOME
        self.clock = SystemClock()
        self.store = FileSecretStore(self.home / "secrets")
        self.records = Records(self.home)
        self.commits: dict[str, str] = {}
        """Environment → the commit that it shall be at, where another one is asked for."""

    @cached_property
    def state(self) -> state.State | None:
        """What is recorded of the installation, None when there is none yet."""
        return state.read(self.home)

    @cached_property
    def project_id(self) -> str:
        """The installation's own id; a new one is kept only by `claim`."""
        return self.state.project_id if self.state else random.token_hex(8)

    @cached_property
    def ports(self) -> edge_ports.Ports:
        """The edge's ports."""
        return edge_ports.ports(self._port_claims, self.settings, self._published)

    @cached_property
    def edge_wanted(self) -> EdgeHome:
        """The edge's place, with what the settings say of it."""
        token = self.commons.name if self.engine.common_edge else self.project_id
        return edge_place.home(self._edge_folder, self.settings, self.ports, token)

    @cached_property
    def edge(self) -> EdgeHome:
        """The edge's place; one that others use too is as they have it, until all agree."""
        if not self.engine.common_edge:
            return self.edge_wanted
        return tenants.as_others_have_it(self.edge_wanted, self.settings.project)

    @property
    def _edge_folder(self) -> Path:
        return (self.commons.folder if self.engine.common_edge else self.home) / "edge"

    @cached_property
    def commons(self) -> Commons:
        """What this project has in common with others on this machine."""
        said = {commons.VARIABLE: str(self.said_commons)} if self.said_commons else {}
        return commons.find({**os.environ, **said})

    @cached_property
    def scratch(self) -> bool:
        """Whether it is a copy that is measured: nothing of it acts on the world outside."""
        return (self.home / SCRATCH).exists()

    @cached_property
    def engine(self) -> Engine:
        """The chosen engine.

        Raises:
            BadInput: when there is no such engine.
            Refused: when the installation was made on another one.
        """
        built = catalog.engine(self.engine_name)(
            EngineParts(
                home=self.home,
                project=self.folder,
                name=self.settings.project,
                project_id=self.project_id,
                records=self.records,
                secrets=self.store,
                clock=self.clock,
                edge=lambda service: edge_place.program(self.edge, service),
                trash_seconds=self.settings.trash,
                commons=self.commons,
                switch=EdgeSwitch(
                    lambda: (self.edge, self.engine.ways()), self.settings.project, self.clock
                ),
                attached=self.attachments,
                succeeds=self.succeeds,
            )
        )
        if self.state is not None:
            mark = state.EngineMark(built.name, built.identity())
            state.check(self.state, self.settings.project, mark, self.home / "state.json")
            state.check_place(self.state, self.home)
        return built

    @cached_property
    def observer(self) -> WholeObserver:
        """Everything there is, whoever made it."""
        engine = self.engine.observer()
        spaces = SpaceObserver(self.records, self.runs, lambda space: parts.missing(self, space))
        checkouts = CheckoutObserver(self.sources.ground, self.records)
        own = (spaces, checkouts)
        return WholeObserver(engine, own, self.edge, self.settings.project, self.engine.ways())

    def runs(self, key: Key) -> bool:
        """Whether an instance runs at this moment."""
        seen = self.engine.observer().look(key)
        return seen is not None and seen.running

    def performers(self) -> Sequence[Performer]:
        """One for each kind of thing."""
        # Reading verbs need none of them, and what they import takes long.
        from partywall.edge.performer import RoutePerformer  # noqa: PLC0415

        return (
            *self.engine.performers(),
            *parts.performers(self),
            RoutePerformer(self.edge, self.engine.ways(), self.store, self.settings.project),
            CheckoutPerformer(self.sources.ground, self.records, self.clock),
        )

    @cached_property
    def sources(self) -> Sources:
        """Where the files of each environment are read."""
        return Sources(self)

    @cached_property
    def choices(self) -> Choices:
        """The point in the space of architectures.

        Raises:
            BadInput: when the settings name an unknown architecture, or options that exclude
                each other.
        """
        try:
            point = catalog.choices(self.settings.architecture)
        except BadInput as error:
            where = self.settings.where("architecture")
            raise BadInput(error.what, where=where, remedy=error.remedy) from error
        chosen = msgspec.structs.replace(point, **self.settings.choices)
        with self._saying_where():
            check(chosen)
        return chosen

    @contextlib.contextmanager
    def _saying_where(self) -> Iterator[None]:
        """An option that cannot be had is refused with the line that chooses it."""
        try:
            yield
        except Senseless as error:
            places = [self.settings.where(axis) for axis in error.axes]
            where = next((one for one in places if one and one.line), places[0])
            raise BadInput(error.what, where=where, remedy=error.remedy) from error

    @cached_property
    def on(self) -> str:
        """The environment that stands where one at a time does; production until one is chosen."""
        chosen = turn.read(self.home)
        known = self.settings.environments
        return chosen if chosen in known else self.settings.production.name

    @property
    def asleep(self) -> tuple[str, ...]:
        """Environments of the settings that do not stand at present, by choice."""
        return tuple(
            name
            for name, said in self.settings.environments.items()
            if not stands(self.choices.presence, self.on, name, production=said.production)
        )

    def environment(self, name: str) -> EnvironmentSettings:
        """The settings of one environment.

        Raises:
            BadInput: when there is none of that name.
        """
        found = self.settings.environments.get(name)
        if found is None:
            known = ", ".join(self.settings.environments)
            raise BadInput(
                f"there is no environment `{name}`",
                where=self.settings.where("environments"),
                remedy=f"choose one of: {known}",
            )
        return found

    def given(self, name: str) -> Given:
        """The variables of one environment; the same answer every time."""
        if name not in self._given:
            environment = self.environment(name)
            source = self.sources.of(name)
            read_there = msgspec.structs.replace(environment, env_files=source.env_files)
            self._given[name] = variables.given(
                self.settings, read_there, self.store, told(self, environment), source.settings
            )
        return self._given[name]

    def apps(self, names: Iterable[str]) -> dict[str, App]:
        """The app as each of these environments has it; read once.

        Raises:
            BadInput: when a Compose file or a variable is wrong.
        """
        wanted = list(names)
        try:
            self._read([name for name in wanted if name not in self._apps])
        except PartywallError as error:
            raise self.sources.named(error) from error
        return {name: self._apps[name] for name in wanted}

    def _read(self, names: Iterable[str]) -> None:
        requests = {name: requested(self, self.environment(name)) for name in names}
        for name, request in requests.items():
            if (known := self._cache.find(request)) is not None:
                self._apps[name] = self.sources.settled(name, known)
        missing = [name for name in requests if name not in self._apps]
        for name, app in zip(
            missing, read.read_all([requests[name] for name in missing]), strict=True
        ):
            self._apps[name] = self.sources.settled(name, app)

    def files(self, name: str) -> tuple[Path, ...]:
        """The Compose files of an environment: the settings', the variables' or the customary.

        Raises:
            BadInput: when there is none, or one cannot be read.
        """
        return read.question(requested(self, self.environment(name))).files

    def profiles_of(self, name: str, service: str) -> tuple[str, ...]:
        """The profiles of a service that an environment leaves out; none of one that is nowhere."""
        if name not in self.settings.environments:
            return ()
        every = msgspec.structs.replace(
            requested(self, self.environment(name)), profiles=("*",), lenient=True
        )
        try:
            found = read.read(every).services.get(service)
        except PartywallError:
            return ()
        return tuple(map(str, found.definition.get("profiles") or ())) if found else ()

    def desired(self, names: Iterable[str] | None = None) -> World:
        """The world that the settings ask us to make, for these environments or for all.

        An attached environment is somebody else's and no part of it. Things of kinds that the
        engine does not make are left out; `unmade` names them.

        Raises:
            BadInput: when the settings or a Compose file is wrong.
        """
        chosen = list(self.settings.environments) if names is None else list(names)
        return self.wanted([name for name in chosen if name not in self.attachments])

    @cached_property
    def attachments(self) -> dict[str, str]:
        """Environment → the Compose project of somebody else that it is."""
        every = self.settings.environments.items()
        return {name: said.attach for name, said in every if said.attach is not None}

    def attached(self) -> World:
        """The instances of attached environments as they are; no plan ever sees them.

        Raises:
            BadInput: when their Compose file is wrong.
        """
        return self.engine.attached(self.wanted(self.attachments)) if self.attachments else World()

    def seen(self) -> World:
        """Everything there is, attached environments included: to be looked at, not planned for.

        Raises:
            MachineFailed: when the engine does not answer.
        """
        observed = self.observer.observe()
        return World({**observed.entries, **self.attached().entries}, observed.unknown)

    def wanted(self, names: Iterable[str]) -> World:
        """What these environments are made of, whoever makes it; raises as `desired` does."""
        site = site_of(self, self.apps(list(names)))
        with self._saying_where():
            whole = build(site)
        parts.settle(self, whole)
        made = self.engine.makes | {Route, Database, KeySpace, TopicSpace, Checkout}
        unmade = [thing for thing in whole.things() if type(thing) not in made]
        self._unmade |= {thing.key: thing for thing in unmade}
        return World.of(without(unmade, whole))

    def everyone(self) -> World:
        """The world if every environment stood at once: what must not meet even in turn."""
        names = [name for name in self.settings.environments if name not in self.attachments]
        site = site_of(self, self.apps(names))
        together = msgspec.structs.replace(site.choices, presence=Presence.TOGETHER)
        return build(msgspec.structs.replace(site, choices=together))

    def url(self, name: str, label: str = "") -> str:
        """The address of an environment in a browser; `label` for a host of its own."""
        tls = self.settings.tls != "off"
        port = self.ports.own.get(name) or (self.ports.https if tls else self.ports.http)
        scheme, customary = ("https", 443) if tls else ("http", 80)
        host = (
            f"{label}.{self.environment(name).domain}" if label else self.environment(name).domain
        )
        return f"{scheme}://{host}" + ("" if port == customary else f":{port}")

    def claim(self, names: Iterable[str]) -> None:
        """Write down what a change needs before its first step: ids, secrets, ports, env files."""
        mark = state.EngineMark(self.engine.name, self.engine.identity())
        state.claim(self.home, self.settings.project, mark, self.project_id)
        edge_place.prepare(self.edge)
        edge_ports.remember(self.edge, self.settings, self.ports.own)
        for name in names:
            self.store.save(name)
        parts.keep(self)
        read_now = [n for n in names if n in self._apps and self.sources.of(n).lasting]
        self._cache.keep(
            (requested(self, self.environment(name)), self._apps[name]) for name in read_now
        )

    def claim_ports(self) -> None:
        """Claim the edge's ports before a plan names them; they may be others than were seen.

        Raises:
            Refused: when another project has them.
        """
        chosen = edge_ports.claim(
            self._port_claims, self.settings, self._published, self._edge_runs
        )
        if self.__dict__.get("ports") != chosen:
            for name in ("edge", "observer", "_given", "_apps"):
                self.__dict__.pop(name, None)
            self.ports = chosen

    def release_ports(self) -> None:
        """The edge was destroyed: its ports are anybody's."""
        self._port_claims.drop()

    @property
    def _port_claims(self) -> Claims:
        return Claims(self.commons.folder, self._edge_folder)

    def _published(self) -> frozenset[int]:
        return app_ports.published(self)

    def _edge_runs(self) -> bool:
        edge = self.engine.observer().look(EDGE)
        return edge is not None and edge.running

    @cached_property
    def _cache(self) -> AppCache:
        return AppCache(self.home)

    @cached_property
    def _given(self) -> dict[str, Given]:
        return {}

    @cached_property
    def _apps(self) -> dict[str, App]:
        return {}

    lenient = False
    """Whether the app is read as far as it can be understood, for a report."""

    @property
    def unmade(self) -> Sequence[AnyThing]:
        """What `desired` left out so far: the engine makes no such things."""
        return tuple(self._unmade.values())

    @cached_property
    def _unmade(self) -> dict[Key, AnyThing]:
        return {}
