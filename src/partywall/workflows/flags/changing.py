"""Flags changed by command: one environment's, after its change is in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

import msgspec

from partywall.execution.owner import user_of
from partywall.flags import settings
from partywall.flags.definitions import Defined, Flag
from partywall.flags.percents import percent as percentage
from partywall.flags.settings import DEFINED, OFF, ON, PART, Rule, Setting
from partywall.model.errors import BadInput
from partywall.workflows.flags import reading
from partywall.workflows.flags.kept import Change
from partywall.workflows.flags.reading import Flags
from partywall.workflows.flags.serving import refuse_unfit
from partywall.workflows.project import Project

Make = Callable[[Flag, Setting], Setting]
"""What is in force of a flag → what shall be."""


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one flag in one environment."""

    environment: str
    key: str
    flag: Flag
    before: Setting
    after: Setting

    @property
    def same(self) -> bool:
        """Whether nothing is other than before."""
        return _apart_from_time(self.before) == _apart_from_time(self.after)

    def words(self) -> tuple[str, str]:
        """What was in force and what is, in a few words."""
        return settings.in_words(self.flag, self.before), settings.in_words(self.flag, self.after)


def planned(flags: Flags, key: str, make: Make, now: float) -> Changed:
    """What a change would do; nothing is changed.

    Raises:
        BadInput: when there is no such flag, or it cannot be so.
    """
    flag, before = flags.flag(key), flags.setting(key)
    after = make(flag, before)
    refuse_unfit(flags.environment, flag, after)
    moved = (after.mode, after.variant, after.percent) != (
        before.mode,
        before.variant,
        before.percent,
    )
    since = now if moved else before.since
    after = msgspec.structs.replace(after, since=since)
    return Changed(
        environment=flags.environment, key=key, flag=flag, before=before, after=after
    )  # fmt: skip


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed in one environment."""

    environment: str
    keys: tuple[str, ...]
    """Which flags; those that would stay the same are left."""
    verb: str
    """What was typed, for the history."""
    make: Callable[[str], Make]
    """Of a flag's name, what is to be in force of it."""
    read: Callable[[Project, str], Flags] = reading.read
    """Where flags are known from."""


def plan(project: Project, order: Order) -> tuple[Flags, list[Changed]]:
    """What would be changed; nothing is.

    Raises:
        BadInput: when there is no such flag, or it cannot be so.
        MachineFailed: when what has been said cannot be read.
    """
    flags = order.read(project, order.environment)
    now = project.clock.now()
    whole = [planned(flags, key, order.make(key), now) for key in order.keys]
    return flags, [one for one in whole if not one.same]


def change(
    project: Project, order: Order, approve: Callable[[list[Changed]], object]
) -> list[Changed]:
    """Change flags in one environment and serve them.

    Nobody waits for whoever is being asked: where another one changed them meanwhile, it is asked
    again. In production other flags stay as they are served, whatever is in the files by now: that
    is for `up`.

    Args:
        project: whose.
        order: what is to be changed; no other environment's flags are touched.
        approve: is shown what will be done, and may raise.

    Raises:
        BadInput: when there is no such flag, or it cannot be so.
        MachineFailed: when it cannot be written.
    """
    place = reading.kept(project, order.environment)
    while True:
        _, shown = plan(project, order)
        if shown:
            approve(shown)
        with place.alone():
            flags, changes = plan(project, order)
            if _told(changes) != _told(shown):
                continue
            served = _served(project, order, flags, place.defined())
            lines = _lines(project, order, flags, changes)
            place.refuse_too_much(served, lines)
            if changes:
                place.make(lines)
            place.serve(served)
            return changes


def _told(changes: Iterable[Changed]) -> list[object]:
    """What somebody was shown of changes."""
    return [(one.key, *map(_apart_from_counts, (one.before, one.after))) for one in changes]


def _lines(
    project: Project, order: Order, flags: Flags, changes: Iterable[Changed]
) -> list[Change]:
    name, now, who = uuid4().hex[:12], project.clock.now(), user_of(_uid())
    return [
        Change(
            id=name,
            former=flags.settings.change,
            at=now,
            by=who,
            environment=order.environment,
            flag=one.key,
            verb=order.verb,
            before=one.before,
            after=one.after,
        )
        for one in changes
    ]


def _served(project: Project, order: Order, flags: Flags, former: Defined | None) -> Defined:
    """The definitions that are served from now on."""
    if former is None:
        return flags.defined
    whole, known = flags.defined, flags.defined.flags
    if order.environment == project.settings.production.name:
        named = {key: known[key] for key in order.keys}
        return msgspec.structs.replace(
            former, flags=dict(sorted({**former.flags, **named}.items()))
        )
    # Of which something is said that its file no longer has: `up` says so.
    kept = {
        key: former.flags[key]
        for key, flag in known.items()
        if settings.unfit(flag, flags.setting(key)) and key in former.flags
    }
    return msgspec.structs.replace(whole, flags={**known, **kept})


def _uid() -> int:
    """Who typed it, also where that was by sudo; anybody else's word for it counts nothing."""
    import os  # noqa: PLC0415

    said = os.environ.get("SUDO_UID", "")
    return int(said) if os.getuid() == 0 and said.isdecimal() else os.getuid()


def switched_on(variant: str) -> Make:
    """For everybody, but for whom a rule names."""

    def make(flag: Flag, before: Setting) -> Setting:
        to = _variant(flag, variant)
        return msgspec.structs.replace(before, mode=ON, variant=to, percent=0.0, rollout=None)

    return make


def switched_off(_flag: Flag, before: Setting) -> Setting:
    """For nobody; rules are kept for the day on which it is on again."""
    return msgspec.structs.replace(before, mode=OFF, variant="", percent=0.0, rollout=None)


def as_defined(_flag: Flag, _before: Setting) -> Setting:
    """What the files say and nothing else."""
    return Setting(mode=DEFINED)


def rolled_out(variant: str, said: str) -> Make:
    """For a part of all users.

    Raises:
        BadInput: when that is no percentage.
    """
    try:
        percent = percentage(said)
    except ValueError as error:
        raise BadInput(str(error), remedy="write for example 10% or 2.5%") from error

    def make(flag: Flag, before: Setting) -> Setting:
        to = _variant(flag, variant)
        if not (settings.variant_off(flag) or flag.default):
            raise BadInput(
                f"`{flag.key}` has no variant for the others",
                where=flag.place,
                remedy="give it a `defaultVariant`",
            )
        return msgspec.structs.replace(before, mode=PART, variant=to, percent=percent, rollout=None)

    return make


def targeted(variant: str, when: Mapping[str, Any], said: str) -> Make:
    """For whom a rule names; a rule of the same words is replaced, and comes first."""

    def make(flag: Flag, before: Setting) -> Setting:
        if variant not in flag.variants:
            raise _no_variant(flag, variant)
        others = tuple(rule for rule in before.rules if rule.said != said)
        rule = Rule(when=dict(when), variant=variant, said=said)
        return msgspec.structs.replace(before, rules=(rule, *others))

    return make


def untargeted(_flag: Flag, before: Setting) -> Setting:
    """Nobody is named by a rule any more."""
    return msgspec.structs.replace(before, rules=())


def as_there(there: Flags) -> Callable[[str], Make]:
    """What is in force in another environment."""

    def of(key: str) -> Make:
        setting = there.setting(key)

        def make(flag: Flag, _before: Setting) -> Setting:
            named = {setting.variant, *(rule.variant for rule in setting.rules)} - {""}
            for variant in sorted(named - set(flag.variants)):
                raise _no_variant(flag, variant)
            return msgspec.structs.replace(setting, rollout=None)

        return make

    return of


def _variant(flag: Flag, asked: str) -> str:
    found = asked or settings.variant_on(flag)
    if not found:
        raise BadInput(
            f"`{flag.key}` is {flag.kind.value}: on is no word for it",
            where=flag.place,
            remedy=f"say which variant: `--variant {next(iter(flag.variants))}`",
        )
    if found not in flag.variants:
        raise _no_variant(flag, found)
    return found


def _no_variant(flag: Flag, variant: str) -> BadInput:
    return BadInput(
        f"`{flag.key}` has no variant `{variant}`",
        where=flag.place,
        remedy=f"it has {', '.join(flag.variants)}",
    )


def _apart_from_time(setting: Setting) -> Setting:
    return msgspec.structs.replace(setting, since=0.0)


def _apart_from_counts(setting: Setting) -> Setting:
    """What is counted goes on while somebody is asked."""
    timeless, rollout = _apart_from_time(setting), setting.rollout
    if rollout is None:
        return timeless
    uncounted = msgspec.structs.replace(rollout, counted={})
    return msgspec.structs.replace(timeless, rollout=uncounted)
