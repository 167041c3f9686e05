"""What advice is given: needs as said, the machine and the app as they are found."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

from partywall import catalog
from partywall.advice.answer import Asked
from partywall.advice.app import AppFacts
from partywall.advice.machine import Facts
from partywall.advice.needs import Needs
from partywall.advice.space import AXES
from partywall.axes.site import Environment, Site
from partywall.axes.world import desired
from partywall.model.app import Role
from partywall.model.choices import Choices, DatabaseWall, FilesWall
from partywall.model.errors import BadInput, PartywallError
from partywall.model.world import Instance, Key, Limit
from partywall.system import machine, names, reflink
from partywall.system.files import read_bytes
from partywall.system.sqltexts import naming_public
from partywall.workflows.architectures import ordered
from partywall.workflows.checks.schemas import contexts
from partywall.workflows.project import Project
from partywall.workflows.site import site_of

_LINES = 200
"""Lines that say `public.` are counted up to here."""
_SECOND = "dev"
"""What a second environment is called where the settings have production alone."""
_PREFIXES = {Role.CACHE: b"PARTYWALL_CACHE_PREFIX", Role.BROKER: b"PARTYWALL_BROKER_PREFIX"}
_PARTS = ("database", "cache", "broker", "files", "limits")
"""The axes that an engine can have a say in."""


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Another machine than this one; None: as this one is."""

    memory_bytes: int | None = None
    cores: int | None = None

    @property
    def is_there(self) -> bool:
        """Whether anything of this machine does not count."""
        return self.memory_bytes is not None or self.cores is not None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an answer follows from, and what could not be found out."""

    asked: Asked
    notes: tuple[str, ...]


def found(project: Project, needs: Needs, other: Other) -> Found:
    """Look at the app and the machine; nothing is changed, and nothing waits for long.

    Raises:
        BadInput: when the settings or a Compose file is wrong.
    """
    site = _site(project)
    notes: list[str] = []
    app = _app(project, site, notes)
    facts = _machine(project, site, app, other, notes)
    notes += _of_the_settings(project)
    asked = Asked(needs=needs, machine=facts, app=app, site=site, names=points_by_name())
    return Found(asked=asked, notes=tuple(notes))


def points_by_name() -> dict[str, Choices]:
    """Every name, and every two that can be said beside each other; the simplest first."""
    every = ordered()
    made = {one.name: catalog.choices([one.name]) for one in every if not one.overlay}
    for base in every:
        for laid in every:
            # What moves nothing beside another one is not worth a second name.
            if base is not laid and not base.overlay and laid.lies_over:
                with contextlib.suppress(BadInput):
                    point = catalog.choices([base.name, laid.name])
                    if point not in made.values():
                        made[f"{base.name} + {laid.name}"] = point
    return made | {one.name: catalog.choices([one.name]) for one in every if one.overlay}


def _site(project: Project) -> Site:
    """The environments of the settings, as they would be in the project's folder."""
    chosen = [name for name, one in project.settings.environments.items() if not one.passing]
    every = site_of(project, project.apps(chosen))
    environments = [msgspec.structs.replace(one, checkout=None) for one in every.environments]
    production = next(one for one in environments if one.production)
    if len(environments) == 1:
        environments.append(_second(production))
    return msgspec.structs.replace(
        every, choices=Choices(), environments=tuple(environments), production=production, on=""
    )


def _second(production: Environment) -> Environment:
    return msgspec.structs.replace(
        production, name=_SECOND, production=False, domain=f"{_SECOND}.{production.domain}"
    )


def _app(project: Project, site: Site, notes: list[str]) -> AppFacts:
    production = project.settings.production.name
    texts = [read_bytes(file) or b"" for file in project.files(production)]
    lines = 0
    for folder in contexts(project):
        lines += len(list(islice(naming_public(folder), _LINES)))
    return AppFacts(
        measured=_measured(project, site, notes),
        knows_prefix=frozenset(
            role for role, said in _PREFIXES.items() if any(said in text for text in texts)
        ),
        names_public=lines,
    )


def _measured(project: Project, site: Site, notes: list[str]) -> Mapping[Key, int]:
    """What each instance takes that runs now; nothing where nothing is installed."""
    if project.state is None:
        return {}
    try:
        entries = project.observer.observe().entries
        running = {key: one for key, one in entries.items() if isinstance(one.thing, Instance)}
        health = project.engine.health(running)
    except PartywallError as error:
        notes.append(f"nothing was measured: {error.what}")
        return {}
    known = {one.name for one in site.environments} | {"shared", "machine"}
    return {
        key: one.memory_bytes
        for key, one in health.items()
        if one.memory_bytes and key.partition("/")[0] in known
    }


def _machine(project: Project, site: Site, app: AppFacts, other: Other, notes: list[str]) -> Facts:
    second = next(one.name for one in site.environments if not one.production)
    name = names.leads_here(f"{second}.{project.settings.domain}")
    ours = sum(app.measured.values())
    return Facts(
        cores=other.cores or machine.cores(),
        memory_bytes=other.memory_bytes or machine.memory_bytes(),
        free_bytes=None if other.is_there else machine.free_memory_bytes() + ours,
        disk_free_bytes=None if other.is_there else machine.free_disk_bytes(project.folder),
        reflink=None if other.is_there else reflink.shares_blocks(project.folder),
        engine=project.engine_name,
        engine_answers=_answers(project, notes),
        whole_containers=project.engine.definitions,
        enforces_budgets=Limit in project.engine.makes,
        second_name=name.here,
        why_second_name=name.why,
        repository=_repository(project),
        refused=dict(_refused(project, site, notes)),
    )


def _answers(project: Project, notes: list[str]) -> bool:
    try:
        project.engine.identity()
    except PartywallError as error:
        notes.append(f"the {project.engine_name} engine does not answer: {error.what}")
        return False
    return True


def _repository(project: Project) -> bool | None:
    try:
        return project.sources.repository is not None
    except BadInput:
        return False
    except PartywallError:
        return None


def _refused(project: Project, site: Site, notes: list[str]) -> Iterator[tuple[str, str]]:
    """`axis: option` → why this engine, or this installation, cannot have it."""
    every = set(project.engine.refusals(desired(site)))
    notes.extend(sorted(every))
    plain = Choices()
    for axis in _PARTS:
        for option in AXES[axis]:
            point = msgspec.structs.replace(plain, **{axis: option})
            if point == plain or option.value == "common":
                continue
            why = _why_not(project, msgspec.structs.replace(site, choices=point), every)
            if why := why or _held_elsewhere(project, axis, option.value):
                yield f"{axis}: {option.value}", why


def _why_not(project: Project, site: Site, every: set[str]) -> str:
    """What the engine says against a point that it does not say against the default."""
    try:
        said = project.engine.refusals(desired(site))
    except BadInput:
        return ""  # of the app, not of the engine: the point is found to be impossible itself
    return next((one for one in said if one not in every), "")


def _held_elsewhere(project: Project, axis: str, option: str) -> str:
    """Why nothing of production's is shared: it, or what it keeps, is somebody else's."""
    production = project.settings.production
    shared = axis != "limits" and option not in (DatabaseWall.SERVER, FilesWall.FOLDER, "instance")
    if not shared:
        return ""
    if production.attach is not None:
        return f"{production.name} is attached and stays as it is: it shares nothing with others"
    if production.volumes_of:
        return (
            f"{production.name} has the volumes of the Compose project {production.volumes_of}: "
            "what all use would not have its data"
        )
    return ""


def _of_the_settings(project: Project) -> Iterator[str]:
    if len(project.settings.environments) == 1:
        yield "the settings have production alone: a second environment like it is reckoned with"
