"""Takes away what was left behind: drafts of who was killed, and servers whose time is over."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from uuid import uuid4

from partywall.execution.owner import myself
from partywall.interfaces import Throwaways
from partywall.model.errors import MachineFailed, PartywallError
from partywall.system.files import failed, read_bytes
from partywall.system.git import remove_tree
from partywall.workflows.project import Project
from partywall.workflows.snapshots.store import Clone, Making, Snapshot, Store, write_making
from partywall.workflows.snapshots.stores import stores

_LAST_LINES = 8
_FATAL = re.compile(r"\b(FATAL|PANIC):")
"""What a server ends for; afterwards it says that it has ended."""
_TURNED_AWAY = re.compile(r"FATAL: +the database system is ")
"""What it says to each who comes too early, such as ourselves."""
_ABANDONED = 60.0
"""Seconds after which nobody is about to say what a folder is."""
_ERRAND = "-errand"


def sweep(project: Project) -> list[str]:
    """Remove all that nobody is at work on and nobody may use any more; says what was done.

    Raises:
        MachineFailed: when something cannot be removed.
    """
    hands = project.engine.throwaways()
    running = hands.running()
    done, known = [], set()
    now = project.clock.now()
    for store in stores(project):
        drafts, clones = store.making(), store.open()
        known |= {record.name for _, record in drafts} | {one.name for one in clones}
        for folder, record in drafts:
            if not record.maker.alive():
                undo(project, folder, record.name)
                done.append(f"removed what was left of a snapshot that broke off ({record.name})")
        done += _unheld(store)
        for folder in store.abandoned(now - _ABANDONED):
            remove_tree(folder)
            done.append(f"removed what was left in {folder}")
        done += [said for one in clones if (said := _closed(hands, store, one, running, now))]
    for name in running - known:
        if name.partition(_ERRAND)[0] not in known:
            hands.kill(name)
    return done


def _unheld(store: Store) -> list[str]:
    """Remove snapshots whose holders were killed; says which.

    What cannot be read is said to who asks for snapshots: copies can be closed without them.
    """
    found: list[Snapshot] = []
    with contextlib.suppress(PartywallError):
        found = [one for one in store.all() if one.holder and not one.holder.alive()]
    for one in found:
        drop(store, one)
    return [f"removed {one.id}: who took it for himself has ended" for one in found]


def _closed(
    hands: Throwaways, store: Store, one: Clone, running: frozenset[str], now: float
) -> str:
    """Remove a clone that is over, or that nobody made ready or keeps running."""
    if not over(one, running, now):
        return ""
    # It may have become ready since it was looked at.
    found = store.opened(one.name)
    why = over(found, hands.running(), now) if found else ""
    if not why:
        return ""
    close(hands, store, one)
    return f"closed {one.name}: {why}"


def over(one: Clone, running: frozenset[str], now: float) -> str:
    """Why nobody may use a clone any more; empty: somebody may, or it is being made.

    Its time counts only when it is ready.
    """
    if not one.host:
        return "" if one.maker.alive() else "it was never ready"
    if one.until <= now:
        return "its time was over"
    return "" if one.name in running else "its server had ended"


def close(hands: Throwaways, store: Store, one: Clone) -> None:
    """End a clone's server and remove its data.

    Raises:
        MachineFailed: when something cannot be removed.
    """
    hands.kill(one.name)
    remove(store.clone(one.name))


def drop(store: Store, snapshot: Snapshot) -> None:
    """Remove a snapshot.

    It is none any more from its first moment: its folder loses its name before its files. What
    somebody else has dropped meanwhile is gone.

    Raises:
        MachineFailed: when something of it cannot be removed.
    """
    place = store.place(snapshot.id)
    name = f"{snapshot.id}-dropped-{uuid4().hex[:4]}"
    # A full disk takes no record, and this is how room is made on it.
    with contextlib.suppress(MachineFailed):
        write_making(place, Making(name=name, maker=myself()))
    try:
        place.rename(store.draft(name))
    except FileNotFoundError:
        return
    except OSError as error:
        raise failed(error, "drop the snapshot", place) from error
    remove(store.draft(name))


def undo(project: Project, folder: Path, name: str) -> None:
    """Remove what there is of a snapshot that is not one."""
    project.engine.throwaways().kill(name)
    remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, first what is large in it: who is killed meanwhile leaves it known as it is.

    Raises:
        MachineFailed: when something cannot be removed.
    """
    # Somebody else may remove it at the same time.
    with contextlib.suppress(FileNotFoundError):
        for inner in folder.iterdir():
            if inner.is_dir():
                remove_tree(inner)
    remove_tree(folder)


def ended(hands: Throwaways, name: str, data: Path) -> str:
    """Why a server will not come up any more, and below that its last words; empty: it runs."""
    if name in hands.running():
        return ""
    said = [line for line in _written(hands, name, data) if not _TURNED_AWAY.search(line)]
    fatal = [line for line in said if _FATAL.search(line)]
    why = (fatal or said or ["it ended without a word"])[-1]
    return "\n".join([why, *said[-_LAST_LINES:]])


def last_words(hands: Throwaways, name: str, data: Path) -> list[str]:
    """The end of what a server on a copy wrote."""
    return _written(hands, name, data)[-_LAST_LINES:]


def _written(hands: Throwaways, name: str, data: Path) -> list[str]:
    own = (read_bytes(data / "log" / "server.log") or b"").decode(errors="replace").splitlines()
    return [*hands.words(name), *own]
