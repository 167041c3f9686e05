"""What leaving would do; nothing is changed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from partywall.edge import tenants
from partywall.interfaces import Held, Plain, Succession
from partywall.model.errors import Refused
from partywall.model.world import (
    SHARED,
    AnyThing,
    FileSpace,
    Instance,
    Key,
    Space,
    Volume,
    World,
    environment_of,
    name_of,
)
from partywall.planning.scope import COMMON
from partywall.workflows.leave.plainly import Plainly
from partywall.workflows.pool.staying import refuse_there
from partywall.workflows.project import Project
from partywall.workflows.snapshots import stores
from partywall.workflows.take_over import record
from partywall.workflows.take_over.found import refuse_nameless, succession

DUMPS = "take-over"


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """What would be done."""

    production: str
    plain: Plain | None
    """The Compose project that production becomes; None: it is nothing of ours."""
    override: dict[str, Any]
    """What the Compose files do not say of its volumes."""
    variables: dict[str, str]
    """What the Compose files ask for, and only Partywall has told so far."""
    ends: tuple[str, ...]
    """Environments that are stopped."""
    volumes: tuple[str, ...]
    """Theirs, and those in the trash: they stay, and nobody uses them."""
    dumps: Path | None
    running: tuple[Key, ...]
    """Instances of production."""
    behind: frozenset[str]
    """Services of production whose data in volumes without a name are not missed."""
    last: bool
    """Whether no other project of the machine is left."""

    @property
    def command(self) -> str:
        """How production is managed from then on."""
        return "" if self.plain is None else " ".join(["docker compose", *self.plain.words()])


def _refuse_snapshots(project: Project) -> None:
    """They would go with the installation's folder, and servers on them would go on alone."""
    left = [one.id for _, one in stores.every(project)]
    if left or stores.opened(project):
        raise Refused(
            f"there are snapshots, which would be lost: {', '.join(left) or 'open ones'}",
            remedy="`partywall snapshot close --all` and `partywall snapshot drop` first",
        )


def find(project: Project, behind: Iterable[str] = ()) -> Leaving:
    """What would be done.

    Args:
        project: the one.
        behind: services whose data in volumes without a name are not missed.

    Raises:
        Refused: when production could not be plain Compose as it is, or nothing is here.
        PartywallError: when it cannot be said.
    """
    hands = succession(project)
    record.refuse_unfinished(project.home, None)
    if project.state is None:
        raise Refused("nothing of Partywall is here", remedy="`partywall init` begins")
    _refuse_snapshots(project)
    refuse_there(project)
    observed = project.observer.observe()
    production = project.settings.production.name
    _refuse_asleep(project, production)
    _refuse_shared(observed, production)
    running = [one.key for one in _of(observed, production) if isinstance(one, Instance)]
    given = {one.name for one in _of(observed, production) if isinstance(one, Volume)}
    for key in running:
        _refuse_lost(hands, key, hands.held(key), {*behind}, given)
    found = Plainly(project, hands, running) if running else None
    ends = sorted(observed.environments() - {production, *COMMON})
    dumps = project.home / DUMPS
    return Leaving(
        production=production,
        plain=found.plain if found else None,
        override=found.override if found else {},
        variables=found.variables if found else {},
        ends=tuple(ends),
        volumes=tuple(sorted(_unused(project, observed, ends))),
        dumps=dumps if any(dumps.glob("*/*")) else None,
        running=tuple(running),
        behind=frozenset(behind),
        last=not tenants.others(project.edge, project.settings.project),
    )


def refuse_waiting(hands: Succession, leaving: Leaving) -> None:
    """Look once more when production has stopped: a Redis writes then what it had in memory.

    Raises:
        Refused: for the first volume without a name that holds something.
    """
    waiting = hands.waiting(leaving.production)
    for key in leaving.running:
        _refuse_lost(hands, key, waiting.get(key, {}), leaving.behind)


def _refuse_lost(
    hands: Succession,
    key: Key,
    held: Mapping[str, Held],
    behind: Container[str],
    given: Container[str] = (),
) -> None:
    """`given` are volumes that somebody has given a name in the Compose file since."""
    found = {path: one for path, one in held.items() if one.source not in given}
    if name_of(key) not in behind:
        refuse_nameless(hands, key, name_of(key), found)


def _refuse_asleep(project: Project, production: str) -> None:
    """What does not run cannot be seen to run on, and nobody else would serve."""
    if production in project.asleep:
        raise Refused(
            f"{production} sleeps, and only what stands can be handed back: it is the turn of "
            f"{project.on}",
            remedy=f"`partywall switch {production}` first",
        )


def _refuse_shared(observed: World, production: str) -> None:
    """Plain Compose would start servers and volumes of production's own, and empty ones."""
    parts = [one.key for one in _of(observed, production) if _is_part(one)]
    if parts:
        raise Refused(
            f"data of {production} are in what others use, too ({', '.join(sorted(parts))}), and "
            "plain Compose would not find them",
            remedy="`partywall render` writes files that run without Partywall as they are",
        )


def _is_part(thing: AnyThing) -> bool:
    if isinstance(thing, FileSpace):
        return True
    return isinstance(thing, Space) and thing.server.startswith(SHARED)


def _of(observed: World, environment: str) -> Iterator[Any]:
    return (one for one in observed.things() if environment_of(one.key) == environment)


def _unused(project: Project, observed: World, ends: list[str]) -> Iterator[str]:
    for name in ends:
        for one in _of(observed, name):
            if isinstance(one, Volume) and not one.external:
                yield one.name
    yield from (one.volume for one in project.engine.trash().all())
