"""What a take-over would do, and what stands against it; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from partywall.interfaces import Held, Original, Succession
from partywall.model.errors import BadInput, Refused
from partywall.model.plan import Plan
from partywall.model.secret import Secret, SecretRef, resolve
from partywall.model.world import (
    Database,
    Instance,
    Job,
    Key,
    Volume,
    World,
    environment_of,
    name_of,
)
from partywall.workflows import change
from partywall.workflows.project import Project

_SHOWN = 5


class Successor(msgspec.Struct, frozen=True, kw_only=True):
    """A service, the container that it runs in, and what will be different of it."""

    key: Key
    original: str
    """The container's name; empty when there is none."""
    differs: tuple[str, ...] = ()
    """In words; values of variables are never among them."""


class TakeOver(msgspec.Struct, frozen=True, kw_only=True):
    """What would be done."""

    environment: str
    project: str
    originals: tuple[Original, ...]
    services: tuple[Successor, ...]
    volumes: tuple[str, ...]
    """By the engine's names; they are kept."""
    folders: tuple[str, ...]
    """Of the machine; they are kept, too."""
    databases: tuple[Database, ...]
    """Dumped first."""
    stopping: float
    """Seconds that the originals have to stop, in all."""
    starting: float
    """Seconds that the new ones are waited for in all, before the originals serve again."""
    plan: Plan
    notes: tuple[str, ...] = ()

    @property
    def at_most(self) -> float:
        """Seconds from the first stop until somebody serves again, or begins to."""
        return self.stopping + self.starting


class Finding:
    """Looks at the originals and at what is to come.

    Args:
        project: with the environment attached.
        after: the same project as it will be.
        environment: the one.
        behind: services whose data in volumes without a name are not missed.
    """

    def __init__(
        self, project: Project, after: Project, environment: str, behind: Iterable[str]
    ) -> None:
        self._project = project
        self._after = after
        self._environment = environment
        self._behind = frozenset(behind)

    def take_over(self) -> TakeOver:
        """What would be done.

        Raises:
            Refused: when it must not be done as things are.
            BadInput: when something in the settings or the Compose file is wrong.
        """
        check_name(self._project.settings.project, self._environment, self._before)
        self._refuse_missing()
        self._refuse_orphans()
        self.refuse_lost_data()
        self._refuse_silent_ports()
        plan = change.planned(self._after, change.Goal(verb="up", scope=self._environment))
        return TakeOver(
            environment=self._environment,
            project=self._before,
            originals=self._originals,
            services=tuple(self._services()),
            volumes=tuple(sorted(self._named("volume"))),
            folders=tuple(sorted(self._named("bind"))),
            databases=tuple(self._databases()),
            stopping=self._hands.grace(self._originals),
            starting=self._starting(),
            plan=plan,
            notes=tuple(self._notes()),
        )

    @cached_property
    def _before(self) -> str:
        return self._project.attachments[self._environment]

    @cached_property
    def _hands(self) -> Succession:
        return succession(self._project)

    @cached_property
    def _originals(self) -> tuple[Original, ...]:
        return tuple(self._hands.originals(self._before))

    @cached_property
    def _world(self) -> World:
        return self._after.desired([self._environment])

    @cached_property
    def _instances(self) -> dict[str, Instance]:
        return {
            one.service: one
            for one in self._world.things()
            if isinstance(one, Instance) and environment_of(one.key) == self._environment
        }

    @cached_property
    def _once(self) -> set[str]:
        jobs = (one for one in self._world.things() if isinstance(one, Job))
        return {one.instance.service for one in jobs}

    def _refuse_missing(self) -> None:
        if not any(one.running for one in self._originals):
            raise Refused(
                f"nothing of the Compose project {self._before} runs",
                where=self._project.settings.where("environments", self._environment, "attach"),
                remedy=f"`docker compose -p {self._before} up -d` first; data without a running "
                f"app are taken by `volumes_of: {self._before}` instead of `attach`",
            )
        twice = sorted(
            {
                one.service
                for one in self._originals
                for other in self._originals
                if one.service == other.service and one.id != other.id
            }
        )
        if twice:
            raise Refused(
                f"{', '.join(twice)} of {self._before} runs in several containers",
                remedy=f"`docker compose -p {self._before} up -d --scale {twice[0]}=1` first",
            )

    def _refuse_orphans(self) -> None:
        known = {*self._instances, *self._once}
        unknown = [one for one in self._originals if one.service not in known and one.running]
        if unknown:
            raise Refused(
                f"{unknown[0].name} runs, and the Compose file has no service "
                f"{unknown[0].service} (any more): nothing would take it over",
                remedy="put the service back, or stop and remove that container first",
            )

    def _refuse_silent_ports(self) -> None:
        """Where visitors came in before, somebody answers afterwards."""
        answered = {str(self._after.ports.http), str(self._after.ports.https)}
        for original in self._originals:
            instance = self._instances.get(original.service)
            kept = {one.published for one in instance.published} if instance else set()
            silent = [one for one in original.ports if one not in answered | kept]
            if original.running and silent:
                raise Refused(
                    f"{original.name} has the port {', '.join(silent)} of this machine, and after "
                    "the take-over nobody would answer there",
                    remedy="let the Compose file publish it as it is published now, or see to it "
                    "first that nobody calls it any more",
                )

    def refuse_lost_data(self) -> None:
        """See that the new ones have all that the originals keep.

        Raises:
            Refused: for the first thing that they would not have.
        """
        for original in self._originals:
            instance = self._instances.get(original.service)
            if instance is None:
                continue
            wanted = self._mounted(instance)
            for path, held in sorted(original.held.items()):
                if wanted.get(path) != held.source:
                    self._refuse_lost(original, path, held, wanted.get(path, ""))

    def _refuse_lost(self, original: Original, path: str, held: Held, instead: str) -> None:
        if not held.unnamed:
            raise Refused(
                f"{original.name} has its {path} in {held.source}, and {original.service} would "
                f"have {instead or 'nothing'} there",
                remedy="let the Compose file say what runs, `docker compose up -d`, and try again",
            )
        if original.service not in self._behind and not instead:
            refuse_nameless(self._hands, original.name, original.service, {path: held})

    def _mounted(self, instance: Instance) -> dict[str, str]:
        """Path inside → the engine's name of the volume, or the path of the machine."""
        mounted = {
            mount.target: self._volume(mount.source)
            if mount.kind == "volume"
            else self._absolute(mount.source)
            for mount in instance.mounts
            if mount.kind in ("volume", "bind") and mount.source
        }
        files = {one.target: one.file for one in instance.attachments if one.file}
        return mounted | {target: self._absolute(file) for target, file in files.items()}

    def _absolute(self, path: str) -> str:
        return str((self._project.folder / path).absolute())

    def _volume(self, key: Key) -> str:
        thing = self._world.entries[key].thing
        return thing.name if isinstance(thing, Volume) else ""

    def _named(self, kind: str) -> set[str]:
        held = (one for original in self._originals for one in original.held.values())
        return {one.source for one in held if one.kind == kind and not one.unnamed}

    def _databases(self) -> Iterator[Database]:
        running = {one.service for one in self._originals if one.running}
        for thing in self._world.things():
            if isinstance(thing, Database) and thing.server.partition("/")[2] in running:
                yield thing

    def _services(self) -> Iterator[Successor]:
        originals = {one.service: one for one in self._originals}
        for name, instance in sorted(self._instances.items()):
            one = originals.get(name)
            yield Successor(
                key=instance.key,
                original=one.name if one else "",
                differs=tuple(self._differences(one, instance)) if one else (),
            )

    def _differences(self, original: Original, instance: Instance) -> Iterator[str]:
        if instance.build is None and instance.image != original.image:
            yield f"image {original.image} → {instance.image}"
        given = self._hands.variables(original)
        for name, value in instance.environment.items():
            if given.get(name) != self._value(value):
                yield f"another value of {name}" if name in given else f"{name} is new"

    def _value(self, text: str) -> str:
        def reveal(ref: SecretRef) -> Secret:
            return self._after.store.value(self._environment, ref)

        return resolve(text, reveal)

    def _starting(self) -> float:
        """Each waits for what it needs, and nobody for longer than it is given."""
        originals = {one.service: one.patience for one in self._originals}
        things = dict(self._things())
        return _longest(
            {key: [need.key for need in one.needs] for key, one in things.items()},
            {
                key: max(self._hands.patience(one), originals.get(name_of(key), 0.0))
                for key, one in things.items()
            },
        )

    def _things(self) -> Iterator[tuple[Key, Instance | Job]]:
        for thing in self._world.things():
            if isinstance(thing, Instance | Job) and environment_of(thing.key) == self._environment:
                yield thing.key, thing

    def _notes(self) -> Iterator[str]:
        for original in self._originals:
            written = self._hands.written(original) if original.running else ()
            lost = [path for path in written if path not in self._attached(original.service)]
            if lost:
                more = f" and {len(lost) - _SHOWN} more" if lost[_SHOWN:] else ""
                yield (
                    f"{original.name} has written files that no volume keeps, and its successor "
                    f"starts without them: {', '.join(lost[:_SHOWN])}{more}"
                )

    def _attached(self, service: str) -> set[str]:
        """Where Compose puts secrets and configs that are no files of the machine."""
        instance = self._instances.get(service)
        return {one.target for one in instance.attachments} if instance else set()


def after(project: Project, environment: str) -> Project:
    """The project as it is when the environment is ours."""
    said = project.environment(environment)
    environments = {
        **project.settings.environments,
        environment: msgspec.structs.replace(said, attach=None, volumes_of=said.attach),
    }
    settings = msgspec.structs.replace(project.settings, environments=environments)
    return Project(settings, project.chosen_engine, succeeds=said.attach or "")


def succession(project: Project) -> Succession:
    """The engine's way of letting services go over.

    Raises:
        Refused: when it has none, or production is not made from the project's own folder.
    """
    if project.sources.apart:
        raise Refused(
            "production is made from a checkout of its branch, and what `docker compose` runs is "
            "made from the project's folder",
            where=project.settings.where("source") or project.settings.where("architecture"),
            remedy="choose an architecture with `source: one` and `partywall up`, then try again",
        )
    found = project.engine.succession()
    if found is None:
        raise Refused(
            f"the {project.engine_name} engine takes nothing over",
            remedy="it is for production that Docker runs: `engine: docker`",
        )
    return found


def refuse_nameless(
    hands: Succession, container: str, service: str, held: Mapping[str, Held]
) -> None:
    """See that nothing is kept where only the container itself would find it.

    Raises:
        Refused: for the first volume without a name that holds something.
    """
    for path, one in sorted(held.items()):
        if one.unnamed and not hands.empty(one):
            raise Refused(
                f"{container} keeps {path} in a volume without a name, which nobody would find "
                "again",
                remedy=f"give it to {service} under a name (`volumes: [kept:{path}]`, and "
                f"`volumes: {{kept: {{external: true, name: {one.source}}}}}` at the end), or let "
                f"it go with --without-data-of {service}",
            )


def check_name(project: str, environment: str, before: str) -> None:
    """See that what is to come and what is there can stand beside each other for a while.

    Raises:
        Refused: when both would have one name.
    """
    if before == f"{project}-{environment}":
        raise Refused(
            f"the Compose project {before} has the very name that {environment} would get",
            remedy="say another `project:` in partywall.yaml; what other environments have under "
            "the present one is removed by `partywall destroy --all` before",
        )


def check_attached(project: Project, environment: str) -> None:
    """See that there is something to take over.

    Raises:
        BadInput: when the environment is not attached.
    """
    said = project.environment(environment)
    if said.attach is None:
        raise BadInput(
            f"{environment} is not attached to a Compose project: there is nothing to take over",
            where=project.settings.where("environments", environment),
            remedy=f"say `environments: {{{environment}: {{attach: PROJECT}}}}`; "
            "`docker compose ls` shows what runs",
        )


def _longest(waits: Mapping[Key, Iterable[Key]], seconds: Mapping[Key, float]) -> float:
    """How long those that wait for one another may take together."""
    known: dict[Key, float] = {}

    def until(key: Key) -> float:
        if key not in known:
            known[key] = seconds[key]  # those that wait in a circle are refused by the plan
            known[key] += max((until(one) for one in waits[key] if one in waits), default=0.0)
        return known[key]

    return max(map(until, waits), default=0.0)
