"""Environments' parts of servers that they share: logins, secrets, and who sees to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from partywall.axes.sharing import KINDS, any_shared, common_database, database_name, user
from partywall.compose.envfiles import fresh_secret
from partywall.execution import previews
from partywall.interfaces import Performer
from partywall.model.app import Role
from partywall.model.choices import DatabaseWall
from partywall.model.secret import SecretRef, references
from partywall.model.world import SHARED, KeySpace, Space, TopicSpace, World, environment_of

if TYPE_CHECKING:
    from partywall.data.spaces import Ground
    from partywall.workflows.project import Project

_LOCK = "shared.lock"


def _shared(project: Project) -> list[Role]:
    """The roles whose servers are shared."""
    point = project.choices
    return [role for role, kind in KINDS.items() if kind.shared(point)]


def passwords(project: Project, name: str) -> dict[Role, SecretRef]:
    """What an environment logs in with; made in memory where there is none yet."""
    return {role: _password(project, name, _variable(role)) for role in _shared(project)}


def told(project: Project, name: str) -> dict[str, str]:
    """The variables by which an app knows its part of what is shared; none of what is its own."""
    made: dict[str, str] = {}
    for role, ref in passwords(project, name).items():
        start = f"PARTYWALL_{KINDS[role].axis.upper()}"
        made |= {f"{start}_{word}": text for word, text in _words(project, name, role).items()}
        made[_variable(role)] = str(ref)
    return made


def _words(project: Project, name: str, role: Role) -> dict[str, str]:
    if role is Role.DATABASE:
        called = database_name(project.settings.project, name)
        if project.choices.database is DatabaseWall.SCHEMA:
            return {"USER": called, "NAME": common_database(project.settings.project)}
        return {"USER": called, "NAME": called}
    sign = ":" if role is Role.CACHE else "/"
    return {"USER": user(project.settings.project, name), "PREFIX": f"{name}{sign}"}


def _variable(role: Role) -> str:
    return f"PARTYWALL_{KINDS[role].axis.upper()}_PASSWORD"


def _password(project: Project, name: str, variable: str) -> SecretRef:
    known = project.store.latest(name, variable)
    return known or project.store.refer(name, {variable: fresh_secret()})[variable]


def settle(project: Project, whole: World) -> None:
    """Have a value, in memory, for every secret of a shared server."""
    things = [thing for thing in whole.things() if environment_of(thing.key) == SHARED]
    for ref in references(msgspec.json.encode(things).decode()):
        _password(project, SHARED, ref.name)


def reread(project: Project) -> None:
    """Another command line may have made secrets of shared servers before this one's turn came."""
    project.store.forget(SHARED)


def keep(project: Project) -> None:
    """Write the secrets of shared servers down."""
    if any_shared(project.choices):
        project.store.save(SHARED)


def ground(project: Project) -> Ground:
    """What everything stands on that is done to parts of servers."""
    from partywall.data.spaces import Ground  # noqa: PLC0415  (reading verbs rarely need it)

    engine = project.engine
    return Ground(
        engine.reach(),
        engine.links(),
        project.store,
        project.records,
        project.runs,
        lambda environment: environment in previews.read(project.home),
    )


def performers(project: Project) -> Sequence[Performer]:
    """One for each kind of part."""
    # Reading verbs need none of them, and what they import takes long.
    from partywall.data.mqtt.performer import TopicSpacePerformer  # noqa: PLC0415
    from partywall.data.postgres.performer import DatabasePerformer  # noqa: PLC0415
    from partywall.data.redis.performer import KeySpacePerformer  # noqa: PLC0415

    under = ground(project)
    return (
        DatabasePerformer(under),
        KeySpacePerformer(under),
        TopicSpacePerformer(under, project.home / _LOCK),
    )


def missing(project: Project, space: Space) -> str:
    """Why an environment does not get at its part of a server that runs; empty when it does."""
    from partywall.data.mqtt import performer as mqtt  # noqa: PLC0415  (rarely needed)
    from partywall.data.redis import performer as redis  # noqa: PLC0415

    under = ground(project)
    if why := under.links.missing(space):
        return why
    if isinstance(space, KeySpace):
        return redis.let_in(under, space)
    return mqtt.let_in(under, space) if isinstance(space, TopicSpace) else ""
