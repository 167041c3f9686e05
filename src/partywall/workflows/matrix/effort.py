"""What there is to run, to write and to do by hand, counted."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from partywall.model.choices import (
    BrokerWall,
    CacheWall,
    Choices,
    DatabaseWall,
    FilesWall,
    Flags,
    LimitsBy,
    Presence,
    RouteBy,
    Source,
)
from partywall.model.world import Database, FileSpace, KeySpace, Limit, TopicSpace, World
from partywall.workflows.matrix.scratch_settings import Document

_COUNTED = frozenset({".yaml", ".yml", ".acl", ".conf", ".sql", ".sh"})
"""Of rendered files; those with secrets or words for people are no configuration to write."""


def rendered_lines(folders: Mapping[str, Path]) -> int:
    """Lines of the files in these folders that say how things run."""
    files = (file for folder in folders.values() for file in sorted(folder.rglob("*")))
    return sum(
        len(file.read_bytes().splitlines())
        for file in files
        if file.is_file() and file.suffix in _COUNTED
    )


def settings_lines(said: Document, base: Document) -> int:
    """Lines of `partywall.yaml` that the base does not have, or has otherwise."""
    before, after = _lines(base), _lines(said)
    return sum(1 for line in difflib.ndiff(before, after) if line.startswith("+ "))


def _lines(said: Document) -> list[str]:
    text: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True)
    return text.splitlines()


def rights(world: World) -> int:
    """Users with rights of their own in what several environments use, and folders there."""
    parts = [one for one in world.things() if isinstance(one, KeySpace | TopicSpace | FileSpace)]
    databases = [
        one for one in world.things() if isinstance(one, Database) and one.kind != "server"
    ]
    return len(parts) + len(databases)


def manual(choices: Choices, world: World) -> Iterator[str]:
    """What a person still has to do, on a machine that the world can reach, a sentence each."""
    if choices.presence not in (Presence.SINGLE, Presence.ON_DEMAND):
        yield from _beside(choices)
    yield from _prefixes(choices, world)
    if choices.limits is LimitsBy.BUDGET and any(isinstance(x, Limit) for x in world.things()):
        yield "choose development's budget, and look whether it is throttled"
    if choices.flags is Flags.ON:
        yield "put each new feature behind a flag in the code, and take old flags out"


def _beside(choices: Choices) -> Iterator[str]:
    """Where there is a second environment."""
    if choices.route is RouteBy.DOMAIN:
        yield "point a DNS name for development at the machine"
    else:
        yield "open development's port in the firewall"
        yield "see whether scripts of the page read cookies by name: development's have a mark"
    if choices.source is Source.BRANCH:
        yield "keep a branch for development, and bring it to production's by merging"
    if choices.database is DatabaseWall.SCHEMA:
        yield "write no `public.` in SQL: each environment's tables are in a schema of its own"
    if choices.files is FilesWall.READ_ONLY:
        yield "see that development never needs to write files: it has production's to read"
    if choices.presence is Presence.SWITCHED:
        yield "say when to switch: one environment at a time answers"


def _prefixes(choices: Choices, world: World) -> Iterator[str]:
    """The app itself must put them before its names, unless the server does."""
    keys = [one for one in world.things() if isinstance(one, KeySpace) and one.prefix]
    if choices.cache is CacheWall.KEYSPACE and keys:
        yield "let the app put `PARTYWALL_CACHE_PREFIX` before its keys"
    topics = [one for one in world.things() if isinstance(one, TopicSpace) and one.prefix]
    if choices.broker is BrokerWall.TOPICS and topics:
        yield "let the app put `PARTYWALL_BROKER_PREFIX` before its topics"
