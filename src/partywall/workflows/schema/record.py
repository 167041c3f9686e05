"""What is on disk while tables are copied or restored: what may be left, and whose it is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.data.postgres.schemas.scaffold import Scaffold
from partywall.execution.pending import Pending


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A copy or a restore that is under way or broke off."""

    verb: str
    """`copy` or `restore`."""
    environment: str
    service: str
    """Which of its databases."""
    names: Scaffold


def read(home: Path, environment: str) -> Record | None:
    """That of an environment; raises as `Pending.read` does."""
    return _pending(environment).read(home)


def write(home: Path, record: Record) -> None:
    """Put it on disk before anything is made; raises as `Pending.write` does."""
    _pending(record.environment).write(home, record)


def close(home: Path, environment: str) -> None:
    """Nothing is left of it; raises as `Pending.close` does."""
    _pending(environment).close(home)


def _pending(environment: str) -> Pending[Record]:
    return Pending(f"schema/{environment}.json", Record)
