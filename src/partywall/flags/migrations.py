"""Changes behind a flag that change the schema as well, which no flag makes safe.

A flag decides what code does. A migration happens to everybody, whether the flag is on or off, and
to the code that still runs from before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from partywall.flags import defined
from partywall.flags.recognised import is_migration
from partywall.flags.scanning.scan import read
from partywall.flags.scanning.tree import content
from partywall.model.errors import BadInput
from partywall.system.git import Repository

_REMEDY = (
    "run `partywall rehearse` on the migration, and let it go to production before"
    " the code that needs it"
)


class Changed(msgspec.Struct, frozen=True):
    """A file that was added or changed; None: it was not there, or is no text."""

    path: str
    before: str | None
    after: str | None


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is behind flags and migrates the schema."""

    flags: tuple[str, ...]
    behind: tuple[str, ...]
    """The files that ask for the flags or define them."""
    migrations: tuple[str, ...]
    says: str
    remedy: str


def check(folder: Path, base: str, flags: Collection[str]) -> Caution | None:
    """What to say of everything that a working tree has and a base has not.

    Args:
        folder: of the repository, or in it; only what is below it counts.
        base: the revision that the change is to go into, as `origin/main`.
        flags: the keys of the flags that are defined.

    Raises:
        BadInput: when there is no such revision, or the folder is in no repository.
        MachineFailed: when git does not do its part.
    """
    repository = Repository(folder)
    start = repository.common(base, "HEAD")
    if start is None:
        raise BadInput(
            f"there is no revision {base} that this one comes from",
            remedy="name a commit, a branch or a tag of git that both have in their past",
        )
    changed = (
        Changed(name, repository.content(start, folder, name), content(folder / name))
        for name in repository.differing(start, folder)
    )
    return judge(changed, flags)


def judge(changed: Iterable[Changed], flags: Collection[str]) -> Caution | None:
    """What to say of the files of a change; None when there is nothing to say."""
    files = [one for one in changed if one.after is not None]
    migrations = [one.path for one in files if is_migration(one.path, one.after or "")]
    behind = {one.path: keys for one in files if (keys := _keys(one, flags))}
    if not migrations or not behind:
        return None
    named = sorted(set().union(*behind.values()))
    flag = f"the flag{'s' if len(named) > 1 else ''} {', '.join(named)}"
    return Caution(
        flags=tuple(named),
        behind=tuple(sorted(behind)),
        migrations=tuple(sorted(migrations)),
        says=f"this change is behind {flag} and contains a migration"
        f" ({', '.join(sorted(migrations))}): a flag does not make a change of the schema safe,"
        " as it happens to everybody, whether the flag is on or off",
        remedy=_REMEDY,
    )


def _keys(one: Changed, flags: Collection[str]) -> set[str]:
    """The flags that a file asks for, or defines and did not define before."""
    used = {use.key for use in read(one.path, one.after or "").uses}
    added = defined.keys(one.path, one.after or "") - defined.keys(one.path, one.before or "")
    return (used | added) & set(flags)
