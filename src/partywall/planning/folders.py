"""Finds folders of the host through which one environment could change what another one sees."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from partywall.model.errors import Place, Refused
from partywall.model.world import (
    AnyThing,
    FileSpace,
    Instance,
    Job,
    Key,
    Volume,
    World,
    environment_of,
)


class Use(NamedTuple):
    """One thing's use of a folder or file of the host."""

    key: Key
    path: str
    """As the Compose file gave it, or seen from the project's folder."""
    writes: bool

    @property
    def environment(self) -> str:
        """Whose use it is."""
        return environment_of(self.key)


class Way(NamedTuple):
    """How an environment gets a folder of its own."""

    remedy: str
    where: Place | None = None
    """Where the folder is named."""


class Ground(NamedTuple):
    """What a world does not say about the machine below it."""

    folder: str = "/"
    """The project's folder: what relative paths start from."""
    production: str | None = None
    """The environment whose files others may read."""
    ways: Callable[[], Mapping[str, Way]] = dict
    """Absolute path → what the files say of it; asked only when there is something to refuse."""


Found = dict[str, dict[str, Use]]
"""Absolute path → environment → its use, a writing one rather than a reading one."""


def check(world: World, scope: str | None, ground: Ground) -> None:
    """Refuse a world in which an environment sees what another one writes.

    The one exception is meant: production's files may be read. A path also counts for all that is
    below it. With a scope only what that environment takes part in counts.

    Raises:
        Refused: with both keys and paths.
    """
    users: Found = {}
    writers: Found = {}
    every = list(uses(world))
    for use in every:
        path = posixpath.normpath(posixpath.join(ground.folder, use.path))
        users.setdefault(path, {}).setdefault(use.environment, use)
        if use.writes:
            users[path][use.environment] = use
            writers.setdefault(path, {})[use.environment] = use
    same: dict[str, tuple[Use, Use]] = {}
    for path, use, other in _pairs(users, writers, scope):
        if _meant(use, other, ground.production):
            continue
        if use.path != other.path:
            raise _nested(use, other)
        same.setdefault(path, (use, other))
    if same:
        raise _refusal(same, ground, {one.path for one in every if one.writes})


def _pairs(users: Found, writers: Found, scope: str | None) -> Iterator[tuple[str, Use, Use]]:
    """Two uses of one place, and its path; two readers are never at odds."""
    for path, mine in users.items():
        for use in mine.values():
            among = users if use.writes else writers
            yield from ((path, use, other) for other in _others(use, path, among, scope))


def _others(use: Use, path: str, among: Found, scope: str | None) -> Iterator[Use]:
    """Uses by other environments of the same path and of the folders above, within the scope."""
    for above in _lineage(path):
        there = among.get(above, {})
        if scope is None or use.environment == scope:
            yield from (other for name, other in there.items() if name != use.environment)
        elif scope in there:
            yield there[scope]


def _meant(one: Use, other: Use, production: str | None) -> bool:
    """Whether the only one who writes is production."""
    return {use.environment for use in (one, other) if use.writes} == {production}


def uses(world: World) -> Iterator[Use]:
    """Every folder and file of the host that a thing of this world has."""
    for thing in world.things():
        yield from _of(thing)


def _of(thing: AnyThing) -> Iterator[Use]:
    if isinstance(thing, FileSpace):
        return  # its vault says it: nobody else may have anything there
    if isinstance(thing, Volume) and thing.bound:
        yield Use(thing.key, thing.options["device"], writes=True)
    instance = thing.instance if isinstance(thing, Job) else thing
    if isinstance(instance, Instance):
        for mount in instance.mounts:
            if mount.kind == "bind":
                yield Use(thing.key, mount.source, writes=not mount.read_only)


def _lineage(path: str) -> Iterator[str]:
    """The path and every folder above it."""
    yield path
    while path != (above := posixpath.dirname(path)):
        yield above
        path = above


def _refusal(same: Mapping[str, tuple[Use, Use]], ground: Ground, paths: set[str]) -> Refused:
    """For all folders that two environments have: what stands first, and a way for each."""
    known = ground.ways()
    ways = [
        known.get(path) or Way(apart(one.path, _second(one, other, ground.production), paths))
        for path, (one, other) in same.items()
    ]
    (one, other), *further = same.values()
    first, second = sorted((one, other))
    words = f"{first.key} and {second.key} both claim the folder {one.path}"
    if further:
        words += f"; {len(further)} more so: {', '.join(use.path for use, _ in further)}"
    remedy = "; ".join(dict.fromkeys(way.remedy for way in ways))
    where = next((way.where for way in ways if way.where), None)
    return Refused(words + _reading(one, other), where=where, remedy=remedy)


def _nested(one: Use, other: Use) -> Refused:
    outer, inner = sorted((one, other), key=lambda use: len(use.path))
    first, second = sorted((one, other))
    words = (
        f"{first.key} and {second.key} both claim the folder {inner.path}: "
        f"{outer.key} has it as a part of {outer.path}"
    )
    remedy = f"mount less than {outer.path}, or keep {inner.path} outside of it"
    return Refused(words + _reading(one, other), remedy=remedy)


def _reading(one: Use, other: Use) -> str:
    reader = next((use for use in (one, other) if not use.writes), None)
    return "" if reader is None else f", where {reader.key} would read what the other writes"


def _second(one: Use, other: Use, production: str | None) -> str:
    """The environment of the two that is the newcomer."""
    return next(use.environment for use in (one, other) if use.environment != production)


def copied(path: str, environment: str) -> str:
    """The path of an environment's own copy of a file."""
    stem, suffix = posixpath.splitext(path)
    return f"{stem}-{environment}{suffix}"


def first_copied(path: str, environment: str) -> str:
    """How an environment gets a file of its own: Docker would make a folder of a missing one."""
    return (
        f"copy the file {path} to {copied(path, environment)} first, since Docker makes a folder of"
        " a missing one"
    )


def apart(path: str, environment: str, others: Iterable[str] = ()) -> str:
    """How an environment gets a folder of its own, and what runs already keeps the one it has.

    The variable is called after the folder, and after those above it as well where one of `others`
    would be called the same: two folders in one variable would become one.
    """
    taken = [_parts(one) for one in others if _parts(one) != _parts(path)]
    parts = _parts(path)
    length = next(
        (n for n in range(1, len(parts)) if all(parts[-n:] != one[-n:] for one in taken)),
        len(parts),
    )
    name = "_".join(parts[-length:]) or "APP"
    own = f"{path.rstrip('/')}-{environment}" if path.strip("./") else f"../{environment}"
    return (
        f"write ${{{name}_FOLDER:-{path}}} in the Compose file and {name}_FOLDER={own} into"
        f" .env.{environment}, or use a named volume"
    )


def _parts(path: str) -> list[str]:
    """The words of a path as a variable's name would have them."""
    words = (re.sub(r"[^A-Z0-9]+", "_", one).strip("_") for one in path.upper().split("/"))
    return [word for word in words if word]
