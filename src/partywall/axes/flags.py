"""Axis `flags`: whether features are gated by flags, which a service of the environment answers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.axes.instance import instances
from partywall.axes.site import Environment, FlagFolders, Site
from partywall.model.app import HealthCheck, Mount, Role, Service
from partywall.model.choices import Flags
from partywall.model.errors import BadInput
from partywall.model.world import AnyThing

NAME = "flags"
"""What the app's services call the one that answers."""
PORT = 8016
IMAGE = "partywall-flags"
"""Stands for what the engine makes of this package."""
SERVED = "/flags"
"""Where `flags.json` lies inside; the folder is bound, since the file in it is replaced."""
COUNTS = "/counts"


def off(_site: Site, _environment: Environment) -> Iterable[AnyThing]:
    """No flags: what is deployed is what is seen."""
    return ()


def on(_site: Site, environment: Environment) -> Iterable[AnyThing]:
    """A service of the environment's own that says which variant a user has (OFREP)."""
    return (
        msgspec.structs.replace(one, settings=_settings(environment))
        for one in instances(environment, Role.FLAGS)
    )


OPTIONS = {Flags.OFF: off, Flags.ON: on}


def flagged(site: Site) -> Site:
    """The same site, the service among those of each environment that has flags.

    Raises:
        BadInput: when the Compose file has a service of that name.
    """
    if site.choices.flags is not Flags.ON:
        return site
    environments = tuple(
        one if one.flags is None else _with_service(one, one.flags) for one in site.environments
    )
    return msgspec.structs.replace(site, environments=environments)


def _with_service(environment: Environment, folders: FlagFolders) -> Environment:
    services = environment.app.services
    if NAME in services:
        raise BadInput(
            f"the Compose file has a service `{NAME}`, as the one that answers for flags is called",
            remedy="call yours otherwise, or choose an architecture with `flags: off`",
        )
    app = msgspec.structs.replace(environment.app, services={**services, NAME: _service(folders)})
    return msgspec.structs.replace(environment, app=app)


def _service(folders: FlagFolders) -> Service:
    mounts = (
        Mount(kind="bind", source=folders.served, target=SERVED, read_only=True),
        Mount(kind="bind", source=folders.counts, target=COUNTS),
    )
    return Service(
        name=NAME,
        role=Role.FLAGS,
        why="answers which features are on (`flags: on`)",
        image=IMAGE,
        environment={
            "FLAGS_FILE": f"{SERVED}/flags.json",
            "FLAGS_COUNTS": COUNTS,
            "PORT": str(PORT),
        },
        mounts=mounts,
        exposed=(PORT,),
        health=HealthCheck(command=(), interval=5.0, timeout=3.0, retries=3, start_period=10.0),
        restart="unless-stopped",
    )


def _settings(environment: Environment) -> dict[str, str]:
    return {} if environment.flags is None else {"version": environment.flags.version}
