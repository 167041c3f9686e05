"""Copies a project's folder: what belongs to the app, and nothing that it keeps there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from partywall.model.app import Role
from partywall.model.errors import BadInput, MachineFailed, Place, Refused
from partywall.model.world import Instance, Job, World
from partywall.planning.folders import uses
from partywall.system.files import failed, make_folder
from partywall.system.git import Repository

MOST = 1 << 30
"""Bytes: a folder with more holds something that no copy for measuring should have."""
_APART = frozenset(
    {
        *(".git", ".partywall", ".venv", "venv", "node_modules", "__pycache__"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox"),
    }
)
"""Folders that a folder without git is copied without."""
_KEEPERS = frozenset({Role.DATABASE, Role.CACHE, Role.BROKER, Role.FILES})
_PRIVATE = 0o600


def wanted(folder: Path, world: World, further: Iterable[Path]) -> list[Path]:
    """The files that make the app, seen from its folder.

    Args:
        folder: the project's.
        world: what the project wants; where its datastores write is left out.
        further: files that it needs although git ignores them, such as env files.

    Raises:
        Refused: when they are too many to be an app alone.
    """
    data = _data(folder, world)
    found = {one for one in _listed(folder) if not any(map(one.is_relative_to, data))}
    for file in further:
        if file.is_file() and file.is_relative_to(folder):
            found.add(file.relative_to(folder))
    _refuse_large(folder, found)
    return sorted(found)


def copied(folder: Path, names: Collection[Path], private: Collection[Path], to: Path) -> None:
    """Copy these files; those that may hold secrets can be read by their owner alone.

    Raises:
        MachineFailed: when one cannot be read or written.
    """
    make_folder(to)
    for name in names:
        source, target = folder / name, to / name
        if source.is_symlink() and not _within(source, folder):
            # What it leads to must not be changed through it.
            if source.is_file():
                _written(source, target, secret=True)
        elif source.is_symlink():
            make_folder(target.parent, 0o755)
            target.symlink_to(_inner(source, folder, to))
        elif source.is_file():
            _written(source, target, secret=name in private)


def _written(source: Path, target: Path, *, secret: bool) -> None:
    try:
        make_folder(target.parent, 0o755)
        if secret:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, _PRIVATE))
            target.write_bytes(source.read_bytes())
        else:
            shutil.copy(source, target)
    except OSError as error:
        raise failed(error, "copy", source) from error


def _within(link: Path, folder: Path) -> bool:
    return link.resolve().is_relative_to(folder.resolve())


def _inner(link: Path, folder: Path, to: Path) -> Path:
    """Where a link leads in the copy."""
    said = link.readlink()
    return to / said.relative_to(folder) if said.is_absolute() else said


def _listed(folder: Path) -> Iterator[Path]:
    names = _known_to_git(folder)
    if names is None:
        yield from _walked(folder, Path())
        return
    for name in names:
        if name.parts[0] == ".partywall":
            continue
        if (folder / name).is_dir() and not (folder / name).is_symlink():  # another repository
            yield from _walked(folder, name)
        else:
            yield name


def _known_to_git(folder: Path) -> list[Path] | None:
    try:
        return [Path(name) for name in Repository(folder).files(folder)]
    except (BadInput, MachineFailed):  # in none, or there is no git
        return None


def _walked(folder: Path, inner: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder / inner):
        folders[:] = [name for name in folders if name not in _APART]
        here = Path(root).relative_to(folder)
        yield from (here / name for name in names)
        yield from (here / name for name in folders if Path(root, name).is_symlink())


def _data(folder: Path, world: World) -> list[Path]:
    """Folders of the project in which its datastores write."""
    writers = {key for key, role in _roles(world) if role in _KEEPERS}
    places = (folder / use.path for use in uses(world) if use.writes and use.key in writers)
    inside = (Path(os.path.normpath(place)) for place in places)
    return [one.relative_to(folder) for one in inside if folder in one.parents and one.is_dir()]


def _roles(world: World) -> Iterator[tuple[str, Role]]:
    for thing in world.things():
        one = thing.instance if isinstance(thing, Job) else thing
        if isinstance(one, Instance):
            yield thing.key, one.role


def _refuse_large(folder: Path, names: Iterable[Path]) -> None:
    sizes: dict[str, int] = {}
    for name in names:
        try:
            size = (folder / name).lstat().st_size
        except OSError:
            continue
        sizes[name.parts[0]] = sizes.get(name.parts[0], 0) + size
    if sum(sizes.values()) <= MOST:
        return
    largest = max(sizes, key=lambda one: sizes[one])
    raise Refused(
        f"the folder has {sum(sizes.values()) / MOST:.1f} GiB: too much for a scratch copy, "
        f"most of it in {largest}",
        where=Place(str(folder / largest)),
        remedy="let git ignore what is no part of the app (`.gitignore`)",
    )
