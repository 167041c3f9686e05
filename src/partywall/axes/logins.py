"""Connection URLs that lead to a shared server, with the environment's own login in them; pure.

Only a URL says for sure whose login it holds: other variables are the app's to fill from
`PARTYWALL_…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from partywall.model.world import (
    AnyThing,
    Database,
    Instance,
    Job,
    Key,
    KeySpace,
    Space,
    TopicSpace,
)

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9]*)(?P<driver>\+[a-z0-9_+]+)?://(?:[^/@\s'\"]*@)?"
    r"(?P<host>[A-Za-z0-9_.-]+)(?P<port>:[0-9]+)?(?P<path>/[^?#\s'\",;]*)?"
)
_SCHEMES: Mapping[type[AnyThing], tuple[str, ...]] = {
    KeySpace: ("redis", "rediss", "valkey", "valkeys"),
    TopicSpace: ("mqtt", "mqtts"),
    Database: ("postgres", "postgresql", "postgis"),
}


def logged_in(things: Iterable[AnyThing]) -> list[AnyThing]:
    """The things of an environment, its programs calling shared servers as itself."""
    every = list(things)
    spaces = {one.server: one for one in every if isinstance(one, Space) and one.password}
    shared = {key: one for key, one in spaces.items() if _is_part(one)}
    return [_with(one, shared) for one in every] if shared else every


def _is_part(space: Space) -> bool:
    return not isinstance(space, Database) or space.kind != "server"


def _with(thing: AnyThing, shared: Mapping[Key, Space]) -> AnyThing:
    if isinstance(thing, Job):
        inner = _instance(thing.instance, shared)
        return msgspec.structs.replace(thing, instance=inner)
    return _instance(thing, shared) if isinstance(thing, Instance) else thing


def _instance(instance: Instance, shared: Mapping[Key, Space]) -> Instance:
    hosts = {name: shared[key] for name, key in instance.hosts.items() if key in shared}
    if not hosts or instance.key in shared:
        return instance
    told = {name: rewritten(text, hosts) for name, text in instance.environment.items()}
    return msgspec.structs.replace(instance, environment=told)


def rewritten(text: str, hosts: Mapping[str, Space]) -> str:
    """A text in which each URL of one of these hosts has the login of a part of it."""

    def replace(match: re.Match[str]) -> str:
        space = hosts.get(match["host"])
        if space is None or match["scheme"] not in _SCHEMES[type(space)]:
            return match[0]
        path = match["path"] or ""
        if isinstance(space, Database):
            path = f"/{space.name}"
        start = f"{match['scheme']}{match['driver'] or ''}://{_user(space)}:{space.password}"
        return f"{start}@{match['host']}{match['port'] or ''}{path}"

    return _URL.sub(replace, text)


def _user(space: Space) -> str:
    return space.owner if isinstance(space, Database) else space.user
