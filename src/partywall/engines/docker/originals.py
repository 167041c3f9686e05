"""What a server on a copy is made like: production's container, or an image that fits its data."""

from __future__ import annotations

from typing import Any

from partywall.engines.docker.api import Api
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.images import image_of
from partywall.engines.docker.understand import Inspected, foremost
from partywall.interfaces import Throwaway
from partywall.model.errors import MachineFailed
from partywall.system.files import read_bytes

_VERSION = "PG_VERSION"
_MAJOR = "PG_MAJOR"
"""What images of PostgreSQL say of themselves; one that does not is taken to fit."""


def variables(inspected: Inspected) -> dict[str, str]:
    """What a container's or an image's programs find set; pure."""
    said = inspected["Config"].get("Env") or ()
    return dict(word.partition("=")[::2] for word in said if "=" in word)


def original(api: Api, containers: Containers, wanted: Throwaway, project: str) -> Inspected:
    """The container whose image has the programs for some data, or an image that has them.

    Production may be gone, or of another version by now, while a snapshot of it stays.

    Raises:
        MachineFailed: when no image is there that opens them.
    """
    major = (read_bytes(wanted.data / _VERSION) or b"").decode(errors="replace").strip()
    found = containers.of(wanted.like.key)
    if found and _opens(running := foremost(found), major):
        return running
    name = image_of(wanted.like, project) or wanted.like.image
    image = _image(api, name)
    if image is not None and _opens(image, major):
        return image
    raise MachineFailed(
        f"no image is here that opens data of PostgreSQL {major}: {_why(name, image, bool(found))}",
        remedy=f"`docker pull` one of that version and name it {name}, then try again",
    )


def _opens(inspected: Inspected, major: str) -> bool:
    return variables(inspected).get(_MAJOR) in (None, major) or not major


def _image(api: Api, name: str) -> dict[str, Any] | None:
    found = api.get(f"/images/{name}/json") if name else None
    return None if found is None else {"Image": found["Id"], "Config": found["Config"]}


def _why(name: str, image: Inspected | None, there: bool) -> str:
    server = "the server that they are from is of another one" if there else "their server is gone"
    theirs = f"{name} is not here" if image is None else f"{name} is of another one, too"
    return f"{server}, and {theirs}"
