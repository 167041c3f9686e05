"""The command line that runs a command beside a throwaway server; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from partywall.interfaces import Errand

_BOUNDS = ("--memory", "2g", "--pids-limit", "512", "--cpu-shares", "256")
_RIGHTS = ("--security-opt", "no-new-privileges", "--cap-drop", "ALL")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is run."""

    name: str
    """Of its container."""
    server: str
    """The container of the throwaway server, whose network it shares."""
    image: str
    labels: Mapping[str, str]
    project: str
    """The folder at which relative paths begin."""


def words(place: Place, errand: Errand) -> list[str]:
    """The words after `docker`; values of variables are in its environment, not among them.

    Files and folders of the app that are bound into the service are there to be read; its volumes
    are not there at all.
    """
    entrypoint, command = _program(errand)
    return [
        *("run", "--rm", "--name", place.name, "--network", f"container:{place.server}"),
        *_BOUNDS,
        *_RIGHTS,
        *_options(place, errand),
        *(("--entrypoint", entrypoint[0]) if entrypoint else ()),
        place.image,
        *entrypoint[1:],
        *command,
    ]


def _program(errand: Errand) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands before the image, and after it.

    The service's own command goes through the entrypoint that its Compose file names. Another one
    takes that one's place: it was written for the service's own, and might never look at another.
    """
    like = errand.like
    own = like.command or ()
    if not like.entrypoint:
        return (), errand.command or own
    if errand.command in ((), own):
        return like.entrypoint, own
    return errand.command, ()


def _options(place: Place, errand: Errand) -> Iterator[str]:
    for name, value in sorted(place.labels.items()):
        yield from ("--label", f"{name}={value}")
    for name in sorted(errand.environment):
        yield from ("--env", name)
    for mount in errand.like.mounts:
        if mount.kind == "bind":
            source = PurePosixPath(place.project, mount.source)
            yield from ("--mount", f"type=bind,src={source},dst={mount.target},readonly")
    said = errand.like.definition
    for word, key in (("--workdir", "working_dir"), ("--user", "user")):
        if said.get(key):
            yield from (word, str(said[key]))
