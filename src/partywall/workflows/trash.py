"""Data that `destroy` removed: listed, brought back, and removed for good when its time is over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from partywall.compose.settings import compose_files
from partywall.interfaces import Discarded
from partywall.model.errors import BadInput, MachineFailed, PartywallError, Place, Refused
from partywall.model.world import World, environment_of, name_of
from partywall.planning.seeding import fills
from partywall.workflows.project import Project


def listed(project: Project) -> list[Discarded]:
    """Everything in the trash, latest first."""
    return sorted(project.engine.trash().all(), key=lambda one: -one.at)


def restore(project: Project, name: str) -> Discarded:
    """Bring data back to where they were; they are not fresh, so nothing will fill them again.

    Raises:
        BadInput: when there is no such entry, or the app cannot be read.
        Refused: when nothing would use the data, or there are new ones in their place.
    """
    trash = project.engine.trash()
    found = next((one for one in trash.all() if one.id == name), None)
    if found is None:
        raise BadInput(
            f"there is no `{name}` in the trash",
            remedy="`partywall trash list` shows what there is",
        )
    desired = _wanted(project, found)
    trash.check(found)
    for entry in desired.entries.values():
        if fills(entry.thing):
            project.records.put(entry)
    trash.restore(found, desired.entries[found.owner or found.key])
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
    if found.owner and found.owner not in desired.entries:
        raise Refused(
            f"{name} has no {name_of(found.owner)} any more: nothing would use {found.key}",
            where=Place(str(_app(project))),
            remedy="put that service back first",
        )
    if not found.owner and found.key not in desired.entries:
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


def expire(project: Project) -> list[str]:
    """Remove for good what has been there for its lifetime; says what was done, and what was not.

    What something holds on to is no reason for a change to fail: the next one tries again.
    """
    now = project.clock.now()
    gone, held = _removed(project, [one for one in listed(project) if one.until <= now])
    return [
        *(f"removed {one.key} from the trash: its time was over" for one in gone),
        *(f"{one.key} stays in the trash: {error.what}" for one, error in held),
    ]


def empty(project: Project) -> list[Discarded]:
    """Remove everything for good.

    Raises:
        MachineFailed: when something holds on to some of it; the rest is removed.
    """
    gone, held = _removed(project, listed(project))
    for one, error in held:
        rest = f"; the other {len(gone)} are removed" if gone else ""
        raise MachineFailed(f"{one.id} cannot be removed: {error.what}{rest}", remedy=error.remedy)
    return gone


def _removed(
    project: Project, some: Iterable[Discarded]
) -> tuple[list[Discarded], list[tuple[Discarded, PartywallError]]]:
    trash = project.engine.trash()
    gone, held = [], []
    for one in some:
        try:
            trash.remove(one)
        except PartywallError as error:
            held.append((one, error))
        else:
            gone.append(one)
    return gone, held
