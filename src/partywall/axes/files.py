"""Axis `files`: what keeps two environments' files apart."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.axes.site import Environment, Site, own
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
        )


OPTIONS = {FilesWall.FOLDER: folder}
