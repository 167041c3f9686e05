"""What images are called that are built here: by what they are made of, so one build serves all."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable

import msgspec

from partywall.engines.docker import agent_image
from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.labels import PROJECT
from partywall.model.world import AnyThing, Instance, Job, environment_of

_REPOSITORY = "partywall"
_CHECKOUT = re.compile(r"^\./\.partywall/checkouts/[^/]+")


def image_of(thing: AnyThing, project: str) -> str | None:
    """The name of the image that is built for an instance or a job; None when it is not built.

    The same context, arguments and Dockerfile give the same name in every service and every
    environment. Where the content of the context is not known (too much, or not of this machine)
    each service has a name of its own, and its image is built anew with each change.
    """
    instance = thing.instance if isinstance(thing, Job) else thing
    if not isinstance(instance, Instance) or instance.build is None:
        return None
    content = instance.config.get(str(instance.build.get("context")))
    if content is None:
        return f"{_REPOSITORY}/{project}-{environment_of(instance.key)}:{instance.service}"
    # Two checkouts of one commit are two folders with one content.
    context = _CHECKOUT.sub(".", str(instance.build.get("context")))
    made_of = msgspec.json.encode([{**instance.build, "context": context}, content], order="sorted")
    return f"{_REPOSITORY}/{project}:{hashlib.sha256(made_of).hexdigest()[:16]}"


def to_build(api: Api, things: Iterable[AnyThing], project: str) -> list[AnyThing]:
    """Of these things one for each image that has to be built first.

    Raises:
        MachineFailed: when the engine does not answer.
    """
    chosen: dict[str, AnyThing] = {}
    for thing in things:
        name = image_of(thing, project)
        if name is not None and (_is_moving(name, project) or not _is_there(api, name)):
            chosen.setdefault(name, thing)
    return list(chosen.values())


def sweep(api: Api, owner: str, before: float) -> None:
    """Remove the images that were built for this owner before a time and that nobody has now.

    Younger ones stay, so that going back to what ran a while ago needs no build.

    Args:
        api: the engine.
        owner: whose label they carry.
        before: seconds since the epoch.

    Raises:
        MachineFailed: when the engine does not answer.
    """
    filters = {"label": [f"{PROJECT}={owner}"]}
    for one in api.get("/images/json", filters=filters) or []:
        if one["Created"] < before:
            _remove(api, one["Id"])


def discard(api: Api, things: Iterable[AnyThing], project: str) -> None:
    """Remove the images that were built for things that are gone and that nobody else has.

    Raises:
        MachineFailed: when the engine does not answer.
    """
    for name in sorted({name for thing in things if (name := image_of(thing, project))}):
        _remove(api, name)


def built(api: Api, project: str) -> list[str]:
    """The names of all images that were built for projects of this name, and for probes.

    Raises:
        MachineFailed: when the engine does not answer.
    """
    starts = (
        f"{_REPOSITORY}/{project}:",
        f"{_REPOSITORY}/{project}-",
        f"{agent_image.REPOSITORY}:",
    )
    every = (name for one in api.get("/images/json") or [] for name in one["RepoTags"] or [])
    return [name for name in every if name.startswith(starts)]


def forget(api: Api, names: Iterable[str]) -> None:
    """Remove images by name, save such as containers have.

    Raises:
        MachineFailed: when the engine does not answer.
    """
    for name in names:
        _remove(api, name)


def _remove(api: Api, image: str) -> None:
    """Unless a container has it."""
    users = api.get("/containers/json", all=True, filters={"ancestor": [image]})
    if not users:
        with contextlib.suppress(EngineRefuses):  # another image is built on it
            api.delete(f"/images/{image}")


def _is_moving(name: str, project: str) -> bool:
    """Whether the name stays while the content changes."""
    return not name.startswith(f"{_REPOSITORY}/{project}:")


def _is_there(api: Api, name: str) -> bool:
    return api.get(f"/images/{name}/json") is not None
