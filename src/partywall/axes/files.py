"""Axis `files`: what keeps two environments' files apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from partywall.axes.definition import relative
from partywall.axes.site import Environment, Site, before, own
from partywall.model.app import App
from partywall.model.choices import FilesWall
from partywall.model.world import AnyThing, Volume, name_of


def folder(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """Every volume of the Compose file once per environment, under a name of its own."""
    used = {
        mount.source
        for service in environment.app.services.values()
        if service.name not in environment.shares
        for mount in service.mounts
        if mount.kind == "volume" and mount.source
    }
    for name in sorted(used):
        yield volume(site, environment, name)


def volume(site: Site, environment: Environment, name: str) -> Volume:
    """The volume that the Compose file calls so."""
    there = existing(environment, name, environment.app.volumes.get(name) or {})
    return Volume(
        key=own(environment, "volume", name),
        name=there or f"{site.project}-{environment.name}_{name}",
        driver=_driver(environment.app, name),
        options=_options(environment.app, name),
        external=bool(there),
    )


def existing(environment: Environment, name: str, said: Mapping[str, Any]) -> str:
    """The volume that holds the data already, by the engine's name; empty: there is none yet."""
    if outside := before(environment, name, said):
        return outside
    if not environment.volumes_of:
        return ""
    fixed = str(said.get("name") or "")
    own_name = f"{environment.app.name}_{name}"
    return fixed if fixed not in ("", own_name) else f"{environment.volumes_of}_{name}"


def _driver(app: App, name: str) -> str:
    said = str((app.volumes.get(name) or {}).get("driver") or "")
    return "" if said == "local" else said


def _options(app: App, name: str) -> dict[str, str]:
    """As the Compose file gives them, a folder seen from the project's."""
    given = (app.volumes.get(name) or {}).get("driver_opts") or {}
    options = {key: str(value) for key, value in sorted(given.items())}
    if "device" in options:
        options["device"] = relative(options["device"], app.folder)
    return options


def common(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """No wall: for an installation in which production stands alone, and so has it to itself."""
    return folder(site, environment)


def read_only(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """Production's files for all: the others read them, and have no folder of their own."""
    for one in folder(site, environment):
        if name_of(one.key) not in environment.reads:
            yield one


OPTIONS = {
    FilesWall.FOLDER: folder,
    FilesWall.READ_ONLY: read_only,
    FilesWall.COMMON: common,
}
