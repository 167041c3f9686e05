"""Data that `destroy` removed: listed, brought back, and removed for good when its time is over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.model.errors import BadInput, Place, Refused
from partywall.model.world import Job, Key, environment_of, name_of
from partywall.system.files import failed, make_folder, read_bytes
from partywall.workflows.project import Project


class Discarded(msgspec.Struct, frozen=True, kw_only=True):
    """Data in the trash; times are seconds since the epoch."""

    key: Key
    name: str
    at: float
    until: float
    id: str = ""


def listed(home: Path) -> list[Discarded]:
    """Everything in the trash, latest first."""
    return sorted(_all(home), key=lambda one: -one.at)


def restore(project: Project, name: str) -> Discarded:
    """Bring data back to where they were; they are not fresh, so nothing will fill them again.

    Raises:
        BadInput: when there is no such entry, or the app cannot be read.
        Refused: when there are new data in their place.
    """
    found = next((one for one in _all(project.home) if one.id == name), None)
    if found is None:
        raise BadInput(
            f"there is no `{name}` in the trash",
            remedy="`partywall trash list` shows what there is",
        )
    name = environment_of(found.key)
    known = name in project.settings.environments
    entries = project.desired([name]).entries.values() if known else ()
    _put_back(project.home, found)
    for entry in entries:
        if isinstance(entry.thing, Job) and entry.thing.once_per == "data":
            project.records.put(entry)
    return found


def _put_back(home: Path, found: Discarded) -> None:
    target = home / "data" / environment_of(found.key) / name_of(found.key)
    if target.exists():
        raise Refused(
            f"{found.key} has new data: they would be overwritten",
            where=Place(str(target)),
            remedy=f"`partywall destroy {environment_of(found.key)}` first",
        )
    make_folder(target.parent)
    place = home / "trash" / found.id
    try:
        (place / "data").rename(target)
        shutil.rmtree(place)
    except OSError as error:
        raise failed(error, "bring back", target) from error


def empty_expired(home: Path, now: float) -> list[Discarded]:
    """Remove for good what has been there for its lifetime."""
    gone = [one for one in _all(home) if one.until <= now]
    for one in gone:
        _remove(home / "trash" / one.id)
    return gone


def empty(home: Path) -> list[Discarded]:
    """Remove everything for good."""
    gone = list(_all(home))
    for one in gone:
        _remove(home / "trash" / one.id)
    return gone


def _all(home: Path) -> Iterator[Discarded]:
    for about in sorted((home / "trash").glob("*/about.json")):
        data = read_bytes(about)
        try:
            known = msgspec.json.decode(data or b"", type=Discarded)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # half made by a crash: its data never left their place
        if (about.parent / "data").exists():
            yield msgspec.structs.replace(known, id=about.parent.name)


def _remove(place: Path) -> None:
    try:
        shutil.rmtree(place)
    except OSError as error:
        raise failed(error, "remove", place) from error
