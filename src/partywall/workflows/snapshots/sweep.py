"""Takes away what was left behind: drafts of who was killed, and servers whose time is over."""

from __future__ import annotations

import re
from pathlib import Path

from partywall.interfaces import Throwaways
from partywall.system.files import read_bytes
from partywall.system.git import remove_tree
from partywall.workflows.project import Project
from partywall.workflows.snapshots.store import Clone, Store
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
        for folder in store.abandoned(now - _ABANDONED):
            remove_tree(folder)
            done.append(f"removed what was left in {folder}")
        done += [said for one in clones if (said := _closed(hands, store, one, running, now))]
    for name in running - known:
        if name.partition(_ERRAND)[0] not in known:
            hands.kill(name)
    return done


def _closed(
    hands: Throwaways, store: Store, one: Clone, running: frozenset[str], now: float
) -> str:
    """Remove a clone that is over, or that nobody made ready or keeps running."""
    made_ready = bool(one.host)
    if one.until <= now:
        why = "its time was over"
    elif made_ready and one.name not in running:
        why = "its server had ended"
    elif not made_ready and not one.maker.alive():
        why = "it was never ready"
    else:
        return ""
    close(hands, store, one)
    return f"closed {one.name}: {why}"


def close(hands: Throwaways, store: Store, one: Clone) -> None:
    """End a clone's server and remove its data.

    Raises:
        MachineFailed: when something cannot be removed.
    """
    hands.kill(one.name)
    remove(store.clone(one.name))


def undo(project: Project, folder: Path, name: str) -> None:
    """Remove what there is of a snapshot that is not one."""
    project.engine.throwaways().kill(name)
    remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, first what is large in it: who is killed meanwhile leaves it known as it is.

    Raises:
        MachineFailed: when something cannot be removed.
    """
    if folder.is_dir():
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
