"""Writes the installation as plain Compose files and a Caddy configuration."""

from __future__ import annotations

from pathlib import Path

import yaml

from partywall.compose import plain
from partywall.compose.envfiles import quoted
from partywall.edge.fragments import stored
from partywall.edge.load import configurations
from partywall.edge.sides import FRONT, SIDES
from partywall.model.choices import Presence
from partywall.model.world import Route, World, environment_of, name_of
from partywall.system.files import make_folder, write_atomically
from partywall.workflows import refusing, sharing, variables
from partywall.workflows.project import Project

FOLDER = "rendered"


def render(project: Project, names: list[str]) -> list[Path]:
    """The files of these environments and of the edge, below `.partywall/rendered`.

    Raises:
        BadInput: when a Compose file is wrong.
        Refused: when the engine's own files are being changed, or no wall could stand.
        MachineFailed: when a file cannot be written.
    """
    desired = project.desired(names)
    exporter = project.engine.exporter()
    if exporter is None:
        return _plainly(project, names, desired)
    sharing.check(project)
    refusing.check(project, names)
    refusing.check_conflicts(project, project.desired())
    with sharing.hold(project, names, "render"):
        # Secrets and ids that are made later would not fit these files.
        for name in names:
            variables.write(project.settings, project.environment(name), project.given(name))
        project.claim(names)
        if project.choices.presence is Presence.SWITCHED:
            return list(exporter.export_turns(project.everyone(), names))
        return list(exporter.export(desired, names))


def _plainly(project: Project, names: list[str], desired: World) -> list[Path]:
    folder = make_folder(project.home / FOLDER)
    written = [file for name in names for file in _environment(project, name, desired, folder)]
    written += _edge(project, folder)
    readme = folder / "README.md"
    write_atomically(readme, _readme(project, names).encode(), mode=0o644)
    return [*written, readme]


def _environment(project: Project, name: str, desired: World, folder: Path) -> list[Path]:
    app = project.apps([name])[name]
    routed = {
        name_of(thing.instance)
        for thing in desired.things()
        if isinstance(thing, Route) and environment_of(thing.key) == name
    }
    document = plain.document(app, f"{project.settings.project}-{name}", routed)
    compose = folder / name / "compose.yaml"
    write_atomically(
        compose, yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode(), 0o644
    )
    env = folder / name / ".env"
    lines = [
        f"{ref.name}={quoted(project.store.value(name, ref).reveal())}"
        for ref in sorted(plain.secrets(app))
    ]
    write_atomically(env, "".join(f"{line}\n" for line in lines).encode())
    return [compose, env]


def _edge(project: Project, folder: Path) -> list[Path]:
    """What the edge serves now; it holds password hashes, so only its owner may read it."""
    texts = configurations(project.edge, stored(project.edge))
    written = []
    for part in (FRONT, SIDES[0]):
        written.append(folder / "edge" / f"{part}.json")
        write_atomically(written[-1], texts[part])
    return written


def _readme(project: Project, names: list[str]) -> str:
    prefix = project.settings.project
    starts = "\n".join(f"docker compose -f {name}/compose.yaml up -d" for name in names)
    return (
        f"# {prefix} without Partywall\n\n"
        "Each folder is a Compose project of its own; its `.env` holds its secrets (mode 0600).\n"
        "The networks named `…_edge`, made by these files, are where a proxy of yours reaches the\n"
        "services that have an address; `edge/` is what the edge served at the time, by two\n"
        f"programs: `caddy run --config edge/{FRONT}.json` and the same with `{SIDES[0]}.json`.\n\n"
        f"```sh\n{starts}\n```\n"
    )
