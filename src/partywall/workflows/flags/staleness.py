"""`flags stale`: flags that have had their time, by what files, people, counts and code say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec

from partywall.flags import counts
from partywall.flags.scanning.scan import scan
from partywall.flags.stale import DAYS, Finding, stale
from partywall.model.choices import Flags as Choice
from partywall.model.errors import PartywallError, Place
from partywall.system.git import Repository
from partywall.workflows.flags import ages, kept, reading
from partywall.workflows.project import Project

UNCOUNTED = (
    "the architecture has `flags: off`, so no service counts who asks for flags; with `flags: on`,"
    " and after `partywall up`, one does"
)
"""Said once by whatever looks at counts."""


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """What is the matter with a project's flags."""

    flags: int
    """How many are defined."""
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def look(project: Project, days: int = DAYS) -> Stale:
    """Judge every flag; nothing is changed.

    Args:
        project: whose.
        days: for how long something must have been so before it is said.

    Raises:
        BadInput: when a file of flags is wrong.
        MachineFailed: when counts, or what was said of flags, cannot be read.
    """
    every, now = reading.every(project), project.clock.now()
    counting = project.choices.flags is Choice.ON
    counted = {
        one.environment: counts.read(reading.kept(project, one.environment).counts)
        for one in every
        if counting
    }
    changes = [change for change, took in kept.history(project.home) if took]
    known = ages.known(every, counted, changes, _writing(project.folder), now)
    local = [msgspec.structs.replace(one, place=shown(one.place, project.folder)) for one in known]
    today = datetime.fromtimestamp(now, UTC).date()
    return Stale(
        flags=len(known),
        findings=tuple(stale(local, scan(project.folder), today, days=days)),
        notes=() if counting else (UNCOUNTED,),
    )


def shown(place: Place, folder: Path) -> Place:
    """A place as the places of code are shown: from the project's folder."""
    path = Path(place.file)
    inner = path.relative_to(folder) if path.is_relative_to(folder) else path
    return Place(inner.as_posix(), place.line)


def _writing(folder: Path) -> Callable[[Place], float]:
    """Since when a file says what it says: by git where a commit has it so, else by its date."""
    try:
        repository = Repository(folder)
    except PartywallError:
        repository = None

    @cache
    def when(file: str) -> float:
        path = Path(file)
        known = repository.touched(path) if repository else None
        return path.stat().st_mtime if known is None else known

    return lambda place: when(place.file)
