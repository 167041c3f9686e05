"""`flags check`: what is wrong with flags before a change is merged; nothing has to run for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from partywall.flags import definitions, migrations
from partywall.flags.definitions import Defined
from partywall.flags.migrations import Caution
from partywall.flags.scanning.scan import scan
from partywall.flags.stale import Finding, Kind, Known, stale
from partywall.model.errors import BadInput, PartywallError
from partywall.system.git import Repository
from partywall.workflows.flags.staleness import shown
from partywall.workflows.project import Project

BASES = ("origin/main", "main", "master")
"""What a change is taken to go into where nothing is said: the first of these that there is."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    flags: int
    """How many are defined."""
    errors: tuple[Finding, ...]
    """Flags that code asks for and no file defines."""
    warnings: tuple[Finding, ...]
    """Flags that were to be gone by now."""
    caution: Caution | None = None
    """A migration in a change that is behind flags."""
    base: str = ""
    """What the change was compared with; empty: with nothing."""
    notes: tuple[str, ...] = ()

    @property
    def warned(self) -> bool:
        """Whether there is any warning."""
        return bool(self.warnings or self.caution)


def check(project: Project, base: str = "") -> Checked:
    """Look at files, code and the change that is about to be merged.

    Args:
        project: whose.
        base: the revision that the change is to go into; empty: main, or what it is called.

    Raises:
        BadInput: when a file of flags is wrong, or there is no such revision.
        MachineFailed: when git does not do its part for a base that was named.
    """
    every = [definitions.load(project.folder, name) for name in project.settings.environments]
    keys = {key for one in every for key in one.flags}
    today = datetime.fromtimestamp(project.clock.now(), UTC).date()
    known = [
        msgspec.structs.replace(one, place=shown(one.place, project.folder))
        for one in expiring(every)
    ]
    found = stale(known, scan(project.folder), today)
    caution, taken, note = _change(project, base, keys)
    return Checked(
        flags=len(keys),
        errors=tuple(one for one in found if one.kind is Kind.UNDEFINED),
        warnings=tuple(one for one in found if one.kind is Kind.EXPIRED),
        caution=caution,
        base=taken,
        notes=(note,) if note else (),
    )


def expiring(every: Sequence[Defined]) -> list[Known]:
    """Every definition once, with what it says of itself."""
    flags = {(flag.key, str(flag.place)): flag for one in every for flag in one.flags.values()}
    return [
        Known(key=flag.key, place=flag.place, owner=flag.owner, expires=flag.expires)
        for flag in flags.values()
    ]


def _change(project: Project, base: str, keys: set[str]) -> tuple[Caution | None, str, str]:
    """A caution, what the change was compared with, and why it was compared with nothing."""
    try:
        taken = base or _base(Repository(project.folder))
        if not taken:
            return None, "", _skipped(f"there is none of {', '.join(BASES)}")
        return migrations.check(project.folder, taken, keys), taken, ""
    except PartywallError as error:
        if base:
            raise _named(error, base) from error
        return None, "", _skipped(error.what.partition(",")[0])


def _base(repository: Repository) -> str:
    return next((name for name in BASES if repository.commit(name)), "")


def _skipped(why: str) -> str:
    return (
        f"whether a migration is behind a flag was not looked at: {why}; `--base REVISION` says"
        " what the change is to go into (a clone has to have the commits since then)"
    )


def _named(error: PartywallError, base: str) -> PartywallError:
    """The same error in words of this question, where it has those of another one."""
    if isinstance(error, BadInput) and "no git repository" in error.what:
        return BadInput(
            f"`--base {base}` is a revision of git, and this folder is in no repository",
            where=error.where,
            remedy="leave it out",
        )
    return error
