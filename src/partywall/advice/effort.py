"""What a point asks of whoever has it: lines, names, ports, changes of the app, and habits."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from partywall.advice.app import AppFacts
from partywall.advice.machine import Facts
from partywall.advice.needs import Needs
from partywall.model.app import Role
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


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody has to do, or to know."""

    amount: float
    """1: a line in somebody else's system, or a habit; 3: a change of the app."""
    what: str
    changes_app: bool = False


def tasks(
    choices: Choices, needs: Needs, machine: Facts, app: AppFacts, axes: frozenset[str]
) -> Iterator[Task]:
    """All that a point asks; `choices` as it is to this app."""
    yield from _address(choices, needs, machine)
    if choices.presence is Presence.SWITCHED:
        yield Task(amount=1.0, what="`partywall switch` has to be said for every turn")
    if choices.source is Source.BRANCH:
        yield Task(
            amount=1.5,
            what="each environment needs a branch, and moves only with `partywall pull`; "
            "what differs between them has to be watched with `partywall drift`",
        )
    yield from _data(choices, app, axes)
    if choices.limits is LimitsBy.BUDGET:
        yield Task(
            amount=0.5,
            what="a budget may hide a real problem: throttled time and processes killed for memory "
            "have to be watched",
        )
    if choices.flags is Flags.ON:
        yield Task(
            amount=2.0,
            changes_app=True,
            what="the app has to ask for flags (OpenFeature), each feature goes behind one, and "
            "each flag has to be taken out again",
        )


def _address(choices: Choices, needs: Needs, machine: Facts) -> Iterator[Task]:
    if choices.presence in (Presence.SINGLE, Presence.ON_DEMAND):
        return
    if choices.route is RouteBy.PORT:
        yield Task(
            amount=1.0,
            what="a port other than 443 has to be open, here and in visitors' firewalls",
        )
    elif not has_second_name(needs, machine):
        yield Task(amount=1.0, what="a second host name has to lead here")


def has_second_name(needs: Needs, machine: Facts) -> bool:
    """Whether it leads here already; one that can be had is not there yet."""
    return needs.second_name is not False and machine.second_name is True


def _data(choices: Choices, app: AppFacts, axes: frozenset[str]) -> Iterator[Task]:
    if "database" in axes and choices.database is DatabaseWall.DATABASE:
        yield Task(
            amount=0.5,
            what="the server's version and settings are one for both: it changes for all",
        )
    if "database" in axes and choices.database is DatabaseWall.SCHEMA:
        yield Task(amount=1.0, what="`partywall schema diff` has to be run: schemas drift apart")
        if app.names_public:
            yield Task(
                amount=3.0,
                what=f"the app's SQL says `public.`, in {app.names_public} lines found: they have "
                "to be changed",
                changes_app=True,
            )
    yield from _prefixes(choices, app, axes)
    if "files" in axes and choices.files is FilesWall.SUBFOLDER:
        yield Task(amount=0.25, what="one vault has to be bounded and backed up for all")
    if "files" in axes and choices.files is FilesWall.READ_ONLY:
        yield Task(amount=1.0, what="the other environment has to bear files that it cannot write")


def _prefixes(choices: Choices, app: AppFacts, axes: frozenset[str]) -> Iterator[Task]:
    for axis, option, role, variable in (
        ("cache", CacheWall.KEYSPACE, Role.CACHE, "PARTYWALL_CACHE_PREFIX"),
        ("broker", BrokerWall.TOPICS, Role.BROKER, "PARTYWALL_BROKER_PREFIX"),
    ):
        if axis not in axes or getattr(choices, axis) is not option:
            continue
        if role in app.knows_prefix:
            yield Task(amount=0.5, what=f"the app has to keep to {variable}, which it is told")
        else:
            yield Task(
                amount=3.0,
                what=f"the app has to learn {variable}: its Compose file does not hand it on",
                changes_app=True,
            )
