"""What the axes start from, drawn from a project's settings, its apps and the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from partywall import __version__
from partywall.axes.sharing import any_shared
from partywall.axes.site import Environment, FlagFolders, Machine, Share, Site
from partywall.compose.settings import EnvironmentSettings, Limits
from partywall.interfaces import VAULTS
from partywall.model.app import App
from partywall.model.choices import Flags
from partywall.model.errors import BadInput
from partywall.system import machine
from partywall.workflows import idle, parts, variables
from partywall.workflows.flags.kept import Kept

if TYPE_CHECKING:
    from partywall.workflows.project import Project


def site_of(project: Project, apps: Mapping[str, App]) -> Site:
    """The site with these environments.

    Raises:
        BadInput: when the settings say something of one of them that has no effect.
    """
    return Site(
        project=project.settings.project,
        choices=project.choices,
        environments=tuple(_environment(project, name, app) for name, app in apps.items()),
        machine=Machine(cores=machine.cores(), memory_bytes=machine.memory_bytes()),
        edge=_edge(project),
        production=_production(project, apps),
        edge_ports=(project.ports.http, project.ports.https),
        on=project.on,
        vaults=_vaults(project),
    )


def _edge(project: Project) -> dict[str, str]:
    """What makes another edge of it, in words."""
    settings = project.edge.settings
    said = {"tls": project.settings.tls, "bind": settings.bind[0]}
    return {**said, **({"trusted": " ".join(settings.trusted)} if settings.trusted else {})}


def _vaults(project: Project) -> str:
    """Of engines that take definitions: others put vaults where all their data are."""
    if not project.engine.definitions:
        return ""
    return str(project.commons.folder / VAULTS / project.settings.project)


def _environment(project: Project, name: str, app: App) -> Environment:
    said = project.environment(name)
    idle.refuse(project, said)
    return Environment(
        name=name,
        app=app,
        production=said.production,
        domain=said.domain,
        port=project.ports.own.get(name, 0),
        allow=said.allow,
        protected=said.protected,
        user=said.user,
        password=project.given(name).refs.get(variables.PASSWORD) if said.protected else None,
        seed=said.seed,
        share=_share(said.limits),
        volumes_of=said.volumes_of or "",
        needs={
            service: one.memory_bytes
            for service, one in project.settings.services.items()
            if one.memory_bytes is not None
        },
        definitions=project.engine.definitions,
        checkout=project.sources.of(name).checkout,
        read=_read(project, said),
        extensions={
            service: one.extensions
            for service, one in project.settings.services.items()
            if one.extensions
        },
        flags=flag_folders(project, name),
        passwords=parts.passwords(project, name),
        scratch=project.scratch,
    )


def _production(project: Project, apps: Mapping[str, App]) -> Environment | None:
    """Whose definitions make what is shared, whichever environments are asked for.

    Raises:
        BadInput: when production is somebody else's, who would not have it shared.
    """
    if not any_shared(project.choices):
        return None
    name = project.settings.production.name
    if name in project.attachments:
        raise BadInput(
            f"{name} is attached and stays as it is: it shares no server and no vault with others",
            where=project.settings.where("environments", name, "attach"),
            remedy="choose an architecture in which nothing is shared, or `partywall take-over`",
        )
    if before := project.settings.production.volumes_of:
        raise BadInput(
            f"{name} has the volumes of the Compose project {before}, and what all use would not "
            "have its data",
            where=project.settings.where("environments", name, "volumes_of"),
            remedy="choose an architecture in which nothing is shared",
        )
    app = apps.get(name) or project.apps([name])[name]
    return _environment(project, name, app)


def _read(project: Project, said: EnvironmentSettings) -> tuple[str, ...]:
    if said.read and said.production:
        raise BadInput(
            f"{said.name} is production and may read nothing of others: a view or a policy that "
            "they write would run with its rights",
            where=project.settings.where("environments", said.name, "read"),
            remedy="take the line out; `partywall schema copy` brings tables over",
        )
    return said.read


def flag_folders(project: Project, name: str) -> FlagFolders | None:
    """Where an environment's flags are, when features of ours are gated by them."""
    if project.choices.flags is not Flags.ON or name in project.attachments:
        return None
    kept = Kept(project.home, name)
    served, counts = str(kept.served.absolute()), str(kept.counts.absolute())
    return FlagFolders(served=served, counts=counts, version=__version__)


def _share(limits: Limits | None) -> Share | None:
    return None if limits is None else Share(**msgspec.structs.asdict(limits))
