"""Data that `destroy` removed: listed, brought back, and removed for good when its time is over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.compose.settings import compose_files
from partywall.model.errors import BadInput, Place, Refused
from partywall.model.world import Key, World, environment_of, name_of
from partywall.planning.seeding import fills
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
        Refused: when nothing would use the data, or there are new ones in their place.
    """
    found = next((one for one in _all(project.home) if one.id == name), None)
    if found is None:
        raise BadInput(
            f"there is no `{name}` in the trash",
            remedy="`partywall trash list` shows what there is",
        )
    desired = _wanted(project, found)
    _check_free(project.home, found)
    for entry in desired.entries.values():
        if fills(entry.thing):
            project.records.put(entry)
    _put_back(project.home, found)
    project.records.put(desired.entries[found.key])
    return found


def _wanted(project: Project, found: Discarded) -> World:
    """What the settings ask for in the environment of the data, the data among it."""
    name = environment_of(found.key)
    if name not in project.settings.environments:
        raise Refused(
            f"{found.key} belongs to {name}, which is not in the settings: nothing would use it",
            where=project.settings.where("environments"),
            remedy=f"add the environment `{name}` to `environments:` first",
        )
    desired = project.desired([name])
    if found.key not in desired.entries:
        raise Refused(
            f"no service of {name} has a volume `{name_of(found.key)}` any more: nothing would "
            f"use {found.key}",
            where=Place(str(_app(project))),
            remedy="give a service that volume first",
        )
    return desired


def _app(project: Project) -> Path:
    """The Compose file; a folder without one cannot be read, which is said before."""
    return (project.settings.compose or compose_files(project.folder))[0]


def _check_free(home: Path, found: Discarded) -> None:
    target = _target(home, found)
    if target.exists():
        raise Refused(
            f"{found.key} has new data: they would be overwritten",
            where=Place(str(target)),
            remedy=f"`partywall destroy {environment_of(found.key)}` first",
        )


def _target(home: Path, found: Discarded) -> Path:
    return home / "data" / environment_of(found.key) / name_of(found.key)


def _put_back(home: Path, found: Discarded) -> None:
    target = _target(home, found)
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
