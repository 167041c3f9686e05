"""What a point of the space takes of memory, line by line: summed over what would really stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from partywall.advice.app import Amount, AppFacts, amount, instances, of_flags
from partywall.advice.machine import MIB, Facts
from partywall.axes.flags import NAME as FLAGS
from partywall.axes.site import Machine, Site
from partywall.axes.world import desired
from partywall.model.app import Role
from partywall.model.choices import Choices, Flags, LimitsBy, Presence, RouteBy, Source
from partywall.model.errors import BadInput, PartywallError
from partywall.model.world import (
    MACHINE,
    SHARED,
    Job,
    Key,
    Limit,
    Space,
    World,
    environment_of,
)

Worlds = dict[tuple[Choices, Machine | None], World | str]
"""What stands at a point of one site, or why nothing can; the machine counts only for budgets."""
_REPLACED = (Role.WEB, Role.APP, Role.FILES)
"""Roles of services whose successor starts beside them, where an engine does so."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One instance, and what it takes."""

    key: Key
    role: Role
    amount: Amount


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """The memory of one point, in bytes."""

    lines: tuple[Line, ...]
    """What stands at the same time, at rest."""
    bytes: int
    working_bytes: int
    """The same at work; of several turns the largest."""
    burst_bytes: int
    """What comes on top for a while."""
    burst: str
    """What that is."""
    budgets: dict[str, tuple[int, int]] = {}
    """Environment → what it takes at work, and the most that its budget lets it have."""

    @property
    def peak_bytes(self) -> int:
        """What there has to be room for."""
        return self.working_bytes + self.burst_bytes

    @property
    def over_budget(self) -> tuple[str, ...]:
        """Environments that need more than their budget, a sentence each."""
        return tuple(
            f"{name} takes {size // MIB} MiB at work, and its budget is {most // MIB} MiB"
            for name, (size, most) in sorted(self.budgets.items())
            if size > most
        )


class Memory:
    """Estimates for one app on one machine; worlds are built once for points that share them."""

    def __init__(
        self, site: Site, facts: AppFacts, machine: Facts, worlds: Worlds | None = None
    ) -> None:
        """`site` gives the environments; its choices are of no account.

        `worlds` may be handed on between estimates for the same site.
        """
        settled = Machine(cores=machine.cores, memory_bytes=machine.memory_bytes)
        self._site = msgspec.structs.replace(site, machine=settled)
        self._facts = facts
        self._machine = machine
        self._worlds: Worlds = {} if worlds is None else worlds
        self._estimates: dict[tuple[int, Presence, bool], Estimate] = {}

    def refusal(self, choices: Choices) -> str:
        """Why the app cannot be had at a point; empty where it can."""
        for one in (choices, Choices(files=choices.files)):
            if isinstance(found := self._world(one), str):
                return found
        return ""

    def estimate(self, choices: Choices) -> Estimate:
        """What it takes there.

        Raises:
            BadInput: where the app cannot be had at all.
        """
        world = self._world(choices)
        if isinstance(world, str):
            raise BadInput(world, remedy="choose another architecture")
        flags = choices.flags is Flags.ON
        known = (id(world), choices.presence, flags)  # worlds are kept, so that no id is used again
        if known not in self._estimates:
            self._estimates[known] = self._summed(choices.presence, world, flags=flags)
        return self._estimates[known]

    def _summed(self, presence: Presence, world: World, *, flags: bool) -> Estimate:
        users = _users(world)
        every = [
            Line(
                key=one.key,
                role=one.role,
                amount=amount(one, self._site, self._facts, users=users.get(one.key, 1)),
            )
            for one in instances(world)
        ]
        if flags:
            containers = any(one.definitions for one in self._site.environments)
            every += [
                Line(
                    key=f"{one.name}/{FLAGS}",
                    role=Role.FLAGS,
                    amount=of_flags(containers=containers),
                )
                for one in self._site.environments
            ]
        turns = self._turns(presence)
        standing = [[one for one in every if environment_of(one.key) in turn] for turn in turns]
        burst, why = self._burst(presence, world, every)
        return Estimate(
            lines=tuple(standing[0]),
            bytes=sum(one.amount.bytes for one in standing[0]),
            working_bytes=max(sum(one.amount.working_bytes for one in turn) for turn in standing),
            burst_bytes=burst,
            burst=why,
            budgets=dict(_budgets(world, every)),
        )

    def _turns(self, presence: Presence) -> list[set[str]]:
        """Who stands at the same time; production's turn first."""
        production = [one.name for one in self._site.environments if one.production]
        others = [one.name for one in self._site.environments if not one.production]
        if presence is Presence.TOGETHER:
            return [{*production, *others, SHARED, MACHINE}]
        turns = [{*production, SHARED, MACHINE}]
        if presence is Presence.SWITCHED:
            turns += [{name, SHARED, MACHINE} for name in others]
        return turns

    def _world(self, choices: Choices) -> World | str:
        """What would stand if all stood at once.

        Code and addresses start no program; the one that answers for flags is the same everywhere
        and added later, and who stands when is told apart then. Walls
        between files start none either, but not every app can have each: they are asked alone.
        """
        plain = Choices()
        shape = msgspec.structs.replace(
            choices,
            source=Source.ONE,
            presence=Presence.TOGETHER,
            route=RouteBy.DOMAIN,
            flags=Flags.OFF,
            files=plain.files if _starts(choices) else choices.files,
        )
        if choices.presence is Presence.SINGLE:
            shape = plain
        bounded = shape.limits is not LimitsBy.NONE
        known = shape, self._site.machine if bounded else None
        if known not in self._worlds:
            self._worlds[known] = self._built(shape)
        return self._worlds[known]

    def _built(self, shape: Choices) -> World | str:
        try:
            return desired(msgspec.structs.replace(self._site, choices=shape))
        except PartywallError as error:
            return error.what

    def _burst(self, presence: Presence, world: World, every: Sequence[Line]) -> tuple[int, str]:
        """The largest thing that is there for a while only."""
        found = [(0, "nothing")]
        if self._machine.whole_containers:
            found += [
                (one.amount.working_bytes, f"{one.key} twice while it is replaced")
                for one in every
                if one.role in _REPLACED
            ]
        jobs = [thing.instance for thing in world.things() if isinstance(thing, Job)]
        sizes = [
            (amount(one, self._site, self._facts, users=1).working_bytes, f"{one.key} once")
            for one in jobs
        ]
        found += sizes
        if presence is Presence.ON_DEMAND:
            servers = [
                one
                for one in every
                if one.role is Role.DATABASE and environment_of(one.key) in self._first
            ]
            copy = sum(one.amount.working_bytes for one in servers)
            found.append((copy + max(sizes, default=(0, ""))[0], "a copy's server and its jobs"))
        return max(found)

    @property
    def _first(self) -> tuple[str, ...]:
        """Where production's servers are."""
        names = [one.name for one in self._site.environments if one.production]
        return (*names, SHARED)


def _starts(choices: Choices) -> bool:
    """Whether a point differs from the default in what runs."""
    alone = msgspec.structs.replace(Choices(), files=choices.files)
    return choices != alone


def _users(world: World) -> dict[Key, int]:
    """Shared server → the environments with a part of it."""
    found: dict[Key, set[str]] = {}
    for thing in world.things():
        if isinstance(thing, Space):
            found.setdefault(thing.server, set()).add(environment_of(thing.key))
    return {key: len(names) for key, names in found.items()}


def _budgets(world: World, every: Sequence[Line]) -> Iterator[tuple[str, tuple[int, int]]]:
    for thing in world.things():
        if isinstance(thing, Limit):
            name = environment_of(thing.key)
            mine = (one for one in every if environment_of(one.key) == name)
            yield name, (sum(one.amount.working_bytes for one in mine), thing.memory_bytes)
