"""Axis `files`: what keeps two environments' files apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from partywall.axes import sharing
from partywall.axes.definition import relative
from partywall.axes.sense import Senseless
from partywall.axes.site import Environment, Site, before, own
from partywall.model.app import App
from partywall.model.choices import FilesWall
from partywall.model.world import SHARED, AnyThing, FileSpace, Need, Volume, name_of


def folder(site: Site, environment: Environment) -> Iterable[Volume]:
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


def subfolder(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A vault for all instead of each volume of files; an environment has one folder in it.

    Raises:
        Senseless: when production's volume cannot be one.
    """
    for one in folder(site, environment):
        name = name_of(one.key)
        if name not in environment.vaulted:
            yield one
            continue
        vault = _vault(site, name)
        yield vault
        yield _part(site, environment, vault)


def _vault(site: Site, name: str) -> Volume:
    """As production's definition says, or in the place of the machine that is for vaults."""
    production = sharing.production_of(site)
    said = Volume(
        key=f"{SHARED}/volume/{name}",
        name=f"{site.project}-{SHARED}_{name}",
        driver=_driver(production.app, name),
        options=_options(production.app, name),
        external=bool(existing(production, name, production.app.volumes.get(name) or {})),
        vault=True,
    )
    if why := _unsuitable(said, production):
        raise Senseless(
            f"the volume {name} {why}, and `files: subfolder` shares it by folders in it",
            axes=("files",),
            remedy="say `files: folder` in partywall.yaml, or give it no driver, or `driver_opts` "
            "that bind a folder of the machine (`type: none, o: bind, device: /srv/vault`)",
        )
    if said.options or not site.vaults:
        return said
    return _bound(said, f"{site.vaults}/{name}")


def _unsuitable(volume: Volume, production: Environment) -> str:
    """Why folders in it cannot be mounted alone; empty when they can."""
    if volume.external:
        return "was there before"
    if volume.driver or (volume.options and not volume.bound):
        return "is in no folder that is always there"
    checkout = production.checkout
    device = PurePosixPath(volume.options.get("device", ""))
    if checkout is not None and device.is_relative_to(checkout.folder):
        return f"is in {checkout.folder}, which production alone has"
    return ""


def _bound(volume: Volume, device: str) -> Volume:
    return msgspec.structs.replace(volume, options={"type": "none", "o": "bind", "device": device})


def _part(site: Site, environment: Environment, vault: Volume) -> FileSpace:
    """An environment's folder, which is all that its instances see."""
    name = name_of(vault.key)
    there = vault.options.get("device")
    return FileSpace(
        key=own(environment, "filespace", name),
        needs=(Need(vault.key),),
        name=f"{site.project}-{environment.name}_{name}",
        options={**vault.options, "device": f"{there}/{environment.name}"} if there else {},
        volume=vault.key,
        folder=environment.name,
    )


OPTIONS = {
    FilesWall.FOLDER: folder,
    FilesWall.SUBFOLDER: subfolder,
    FilesWall.READ_ONLY: read_only,
    FilesWall.COMMON: common,
}
