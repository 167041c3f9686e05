"""What the last proof said, kept so that the next one can say what changed."""

from __future__ import annotations

from pathlib import Path

import msgspec

from partywall.execution.newer import refuse_newer
from partywall.model.errors import MachineFailed, PartywallError
from partywall.proof.prove import Report
from partywall.proof.scope import Scope
from partywall.proof.since import Row, compare
from partywall.system.decoding import decode
from partywall.system.filelock import locked
from partywall.system.files import corrupted, read_bytes, write_atomically
from partywall.workflows.project import Project

VERSION = 1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What `<home>/proof/last.json` holds: of every attempt the last time that it was made."""

    version: int = VERSION
    attempts: tuple[Row, ...] = ()


def path_of(home: Path) -> Path:
    """Where it is."""
    return home / "proof" / "last.json"


def read(home: Path) -> Kept:
    """What is kept; nothing when there was no proof yet.

    Raises:
        MachineFailed: when it is damaged or cannot be read.
        Refused: when a newer Partywall wrote it.
    """
    path = path_of(home)
    data = read_bytes(path)
    if data is None:
        return Kept()
    refuse_newer(data, VERSION, path)
    try:
        return decode(data, Kept)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupted(path, str(error)) from error


def compared(project: Project, report: Report, scope: Scope) -> tuple[Report, list[str]]:
    """The report with what changed, which is kept in turn; and why that failed, in sentences.

    A proof is worth no less because the last one cannot be read: one that is damaged is replaced,
    one that a newer version wrote stays.
    """
    said: list[str] = []
    try:
        with locked(project.home / "locks" / ".proof", "the last proof"):
            before = _before(project.home, said)
            since, rows = compare(before, report.probes, scope, project.clock.now())
            write_atomically(path_of(project.home), msgspec.json.encode(Kept(attempts=rows)))
    except PartywallError as error:
        place = f" ({error.where})" if error.where else ""
        return report, [*said, f"this proof is not kept for comparison: {error.what}{place}"]
    return msgspec.structs.replace(report, since=since), said


def _before(home: Path, said: list[str]) -> tuple[Row, ...]:
    try:
        return read(home).attempts
    except MachineFailed as error:
        said.append(f"nothing to compare with: {error.what} ({path_of(home)}); it is written anew")
        return ()
