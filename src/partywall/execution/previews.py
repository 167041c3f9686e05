"""Environments that were made of a branch for a while: which, and until when."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.model.world import ENVIRONMENT_NAME, RESERVED
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import corrupted, read_bytes, write_atomically

VERSION = 1
_LONGEST = 30


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """One of them; times are seconds since the epoch."""

    name: str
    """Of the environment, and the label of its address."""
    branch: str
    made: float
    until: float
    """When it goes."""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    previews: dict[str, Preview] = {}


def path_of(home: Path) -> Path:
    """Where they are recorded."""
    return home / "previews.json"


def read(home: Path) -> dict[str, Preview]:
    """All that are recorded, by name, the oldest first.

    Raises:
        MachineFailed: when the record is damaged.
        Refused: when a newer Partywall wrote it.
    """
    path = path_of(home)
    data = read_bytes(path)
    if data is None:
        return {}
    refuse_newer(data, VERSION, path)
    try:
        found = decode(data, _File).previews
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error
    return dict(sorted(found.items(), key=lambda one: (one[1].made, one[0])))


@contextlib.contextmanager
def changed(home: Path) -> Iterator[dict[str, Preview]]:
    """All that are recorded, to be changed; written when the block ends well. Raises as `read`."""
    with locked(home / "locks" / ".previews", "the list of previews"):
        found = read(home)
        yield found
        data = msgspec.json.format(msgspec.json.encode(_File(previews=found)), indent=1)
        write_atomically(path_of(home), data + b"\n")


def name_of(branch: str, taken: Collection[str]) -> str:
    """What an environment of a branch is called: a name that is also a label of an address.

    Args:
        branch: any branch.
        taken: names of other environments.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")
    if plain in taken or plain in RESERVED or not plain[:1].isalpha():
        plain = f"preview-{plain}".rstrip("-")
    if plain in taken or not ENVIRONMENT_NAME.fullmatch(plain):
        digest = hashlib.sha256(branch.encode()).hexdigest()[:6]
        plain = f"{plain[: _LONGEST - 7].rstrip('-')}-{digest}"
    return plain
