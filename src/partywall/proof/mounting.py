"""What environments have mounted: as the kernel has it, and as their descriptions want it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from partywall.interfaces import Mounted
from partywall.model.app import Mount
from partywall.model.errors import PartywallError
from partywall.model.world import Instance, Key, environment_of
from partywall.proof.case import Case
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Target


def mounted(case: Case, where: Target) -> Sequence[Mounted]:
    """What runs has mounted; where the engine has nothing to look at, what it was told to.

    Raises:
        CouldNotTry: when it cannot be seen from here.
    """
    name = where.environment

    def make() -> Sequence[Mounted]:
        try:
            found = case.premises.reach.mounts(name)
        except PartywallError as error:
            raise CouldNotTry(error.what) from error
        return tuple(_described(case, name)) if found is None else found

    return case.run.once(f"mounted/{name}", make)


def wanted(case: Case, environment: str) -> Iterator[tuple[Key, Mount]]:
    """What the world has mounted in an environment's instances."""
    for thing in case.premises.world.things():
        if isinstance(thing, Instance) and environment_of(thing.key) == environment:
            yield from ((thing.key, one) for one in thing.mounts if one.kind != "tmpfs")


def points(case: Case, environment: str) -> set[tuple[Key, str]]:
    """Which instance of an environment has something mounted where, by its description."""
    return {(key, one.target) for key, one in wanted(case, environment)}


def _described(case: Case, environment: str) -> Iterator[Mounted]:
    for key, one in wanted(case, environment):
        bound = one.source if one.kind == "bind" else ""
        if root := bound or case.premises.folders.get(one.source, ""):
            yield Mounted(key=key, root=root, point=one.target, writable=not one.read_only)
