"""The argument lists by which an image's own programs dump, make and fill data; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

_BOUNDS = ("--memory", "1g", "--pids-limit", "256", "--cpu-shares", "256")
_RIGHTS = ("--security-opt", "no-new-privileges", "--cap-drop", "ALL")
_NOBODY = "65534:65534"
_OWN_PIPE = ("-c", 'cat | "$0" "$@"')
"""`initdb` opens /dev/stdin by name, which only the user who made the pipe may do."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a data directory is made."""

    name: str
    """Of the container."""
    image: str
    labels: Mapping[str, str]
    data: Path
    """On this machine, empty."""
    inside: str
    accounts: Path
    """A file that names the user: `initdb` does not work for one without a name."""
    uid: int
    gid: int

    def account(self) -> str:
        """What that file says."""
        return f"postgres:x:{self.uid}:{self.gid}::/:/bin/sh\n"


def initdb(place: Place, words: Iterable[str]) -> list[str]:
    """The words after `docker`; the password of the first role is the input."""
    return [
        *_run(place.name, place.labels, "none"),
        *("--user", f"{place.uid}:{place.gid}"),
        *("--volume", f"{place.data}:{place.inside}"),
        *("--volume", f"{place.accounts}:/etc/passwd:ro"),
        *("--entrypoint", "/bin/sh", place.image, *_OWN_PIPE),
        *("initdb", f"--pgdata={place.inside}", *words, "--pwfile=/dev/stdin"),
    ]


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program asks a living server."""

    name: str
    """Of the container."""
    image: str
    labels: Mapping[str, str]
    server: str
    """The server's container, whose network it shares, and nothing else."""


def writing(place: Beside, command: Sequence[str]) -> list[str]:
    """The words after `docker` that run a program of the image."""
    return [
        *_run(place.name, place.labels, f"container:{place.server}"),
        *("--user", _NOBODY, "--entrypoint", command[0], place.image, *command[1:]),
    ]


def _run(name: str, labels: Mapping[str, str], network: str) -> list[str]:
    marks = (word for item in labels.items() for word in ("--label", "=".join(item)))
    return [
        *("run", "--rm", "--interactive", "--name", name, "--network", network),
        *(*_BOUNDS, *_RIGHTS, *marks),
    ]


def reading(container: str, command: Sequence[str], variables: Iterable[str]) -> list[str]:
    """The words after `docker` that run a program in a container, with what we read."""
    named = (word for name in sorted(variables) for word in ("--env", name))
    return ["exec", "--interactive", *named, container, *command]
