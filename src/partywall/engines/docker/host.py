"""Which Docker Engine is meant: the one of this machine, by its unix socket; nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from partywall.model.errors import MachineFailed, Place, Refused
from partywall.system.files import read_json

SOCKET = Path("/var/run/docker.sock")
"""Where Docker's own client looks when nobody says otherwise."""
_SCHEME = "unix://"
_DEFAULT = "default"


def find(environ: Mapping[str, str], home: Path) -> Path:
    """The engine's socket, chosen in the order in which Docker's own client chooses.

    That order is: DOCKER_HOST, DOCKER_CONTEXT, the current context of `config.json` in
    DOCKER_CONFIG or `~/.docker`; an empty variable counts as none. A socket of a rootless engine
    or of Podman is taken as it is when DOCKER_HOST names it; `Api.identity` tells it from others.

    Args:
        environ: the variables of the caller.
        home: the folder that `.docker` is in.

    Raises:
        Refused: when another machine or another context is named.
        MachineFailed: when `config.json` cannot be read or is damaged.
    """
    if named := environ.get("DOCKER_HOST"):
        return _socket(named)
    if context := environ.get("DOCKER_CONTEXT"):
        return _of_context(context, "unset DOCKER_CONTEXT")
    folder = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    return _of_context(_current(folder / "config.json"), "run `docker context use default`")


def _socket(named: str) -> Path:
    path = Path(named.removeprefix(_SCHEME) or SOCKET)
    if named.startswith(_SCHEME) and path.is_absolute():
        return path
    raise Refused(
        f"DOCKER_HOST names {_without_user(named)}, which is not a unix socket of this machine",
        remedy=f"unset DOCKER_HOST, or set it to {_SCHEME}/path/of/the/socket",
    )


def _without_user(named: str) -> str:
    """An address without the name and the password that may be in it."""
    scheme, mark, rest = named.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _of_context(context: str, remedy: str) -> Path:
    if context == _DEFAULT:
        return SOCKET
    raise Refused(
        f"Docker's current context is {context}, and only {_DEFAULT} is this machine for sure",
        remedy=f"{remedy}, or set DOCKER_HOST to {_SCHEME}/path/of/the/socket",
    )


def _current(config: Path) -> str:
    said: Any = read_json(config)
    if said is None:
        return _DEFAULT
    context = said.get("currentContext", "") if isinstance(said, dict) else None
    if not isinstance(context, str):
        raise MachineFailed(
            "this file does not say which context is Docker's current one",
            where=Place(str(config)),
            remedy="repair it, or move it away",
        )
    return context or _DEFAULT
