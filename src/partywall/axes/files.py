"""Axis `files`: what keeps two environments' files apart."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.definition import relative
from partywall.axes.site import Environment, Site, own
from partywall.model.app import App
from partywall.model.choices import FilesWall
from partywall.model.world import AnyThing, Volume


def folder(site: Site, environment: Environment) -> Iterable[AnyThing]:
    """Every volume of the Compose file once per environment, under a name of its own."""
    used = {
        mount.source
        for service in environment.app.services.values()
        for mount in service.mounts
        if mount.kind == "volume" and mount.source
    }
    for name in sorted(used):
        yield Volume(
            key=own(environment, "volume", name),
            name=f"{site.project}-{environment.name}_{name}",
            device=_device(environment.app, name),
        )


def _device(app: App, name: str) -> str:
    """The folder that a volume of the local driver is bound to."""
    options = (app.volumes.get(name) or {}).get("driver_opts") or {}
    bound = "bind" in str(options.get("o", "")).split(",")
    return relative(str(options.get("device", "")), app.folder) if bound else ""


OPTIONS = {FilesWall.FOLDER: folder}
