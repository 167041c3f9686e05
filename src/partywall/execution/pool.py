"""The pool of an installation on disk: which one it is, how large, and what is being done to it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.execution.pending import Pending
from partywall.system.files import read_bytes

VERSION = 1
_NAME = "pool.json"


class Stage(StrEnum):
    """What is being done, written before it is begun."""

    MAKING = "making"
    READY = "ready"
    GROWING = "growing"
    REMOVING = "removing"


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """What `<home>/pool.json` holds."""

    version: int = VERSION
    id: str
    """Random: what carries it is this pool's."""
    uuid: str
    """Of its file system, chosen before that is made."""
    size: int
    """Bytes that it has, or shall have."""
    device: str = ""
    """The device that it is on; empty: a file in the home folder."""
    stage: Stage


_PENDING = Pending(_NAME, Pool)
write, close = _PENDING.write, _PENDING.close


def read(home: Path) -> Pool | None:
    """The pool, None when there is none.

    Raises:
        MachineFailed: when the record is damaged.
        Refused: when a newer Partywall wrote it.
    """
    data = read_bytes(home / _NAME)
    if data is not None:
        refuse_newer(data, VERSION, home / _NAME)
    return _PENDING.read(home)
