"""`flags outcome`: what became of the users of each variant, as the service has counted it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from partywall.flags import counts as counting
from partywall.flags import settings
from partywall.flags.counts import Counts, Variant
from partywall.flags.counts import Flag as Seen
from partywall.flags.definitions import Flag
from partywall.flags.outcomes import Counted, Outcome, outcome
from partywall.flags.settings import PART, Setting
from partywall.model.choices import Flags as Choice
from partywall.model.errors import BadInput
from partywall.workflows.flags import ages, reading
from partywall.workflows.flags.staleness import UNCOUNTED
from partywall.workflows.project import Project

NONE = "the app's default"
"""What the variant without a name is called."""
_EMPTY = Variant(days={}, last="", users=0, users_before=0, outcomes={})


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """Every outcome of a flag in an environment, or one of them."""

    flag: str
    environment: str
    control: str
    since: str
    """When counting began, in UTC; empty: it has not."""
    configured: Mapping[str, float] | None
    """Variant → percentage of users that were to have it during the whole count; None: it is not
    known, and the split was not tested."""
    outcomes: tuple[Outcome, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def look(project: Project, environment: str, key: str, name: str, control: str) -> Outcomes:
    """What was counted; nothing is changed.

    Args:
        project: whose.
        environment: where it was counted.
        key: the flag.
        name: of the outcome; empty: all of the flag.
        control: the variant to compare with; empty: the one that is off, or the default.

    Raises:
        BadInput: when there is no such environment, flag, variant or outcome.
        MachineFailed: when the counts cannot be read.
    """
    flags = reading.read(project, environment)
    counts = counting.read(reading.kept(project, environment).counts)
    found = judged(flags.flag(key), flags.setting(key), counts, name, control)
    off = () if project.choices.flags is Choice.ON else (UNCOUNTED,)
    return msgspec.structs.replace(found, environment=environment, notes=(*off, *found.notes))


def judged(flag: Flag, setting: Setting, counts: Counts, name: str, control: str) -> Outcomes:
    """What counts say of a flag.

    Raises:
        BadInput: when there is no such variant or outcome.
    """
    seen = counts.flags.get(flag.key) or Seen(users_full=False, outcomes_full=False, variants={})
    base = _control(flag, control)
    there = _variants(flag, seen, base)
    asked = _names(flag, there.values(), name)
    split, untested = configured(flag, setting, counts.since)
    return Outcomes(
        flag=flag.key,
        environment="",
        control=base,
        since=counts.since,
        configured=split,
        outcomes=tuple(outcome(one, _counted(there, one), base, split) for one in asked),
        warnings=tuple(_warnings(seen, there)),
        notes=(untested,) if untested and asked else (),
    )


def _control(flag: Flag, asked: str) -> str:
    found = asked or settings.variant_off(flag) or flag.default
    if found in flag.variants:
        return found
    what = f"`{flag.key}` has no variant `{found}`" if found else f"`{flag.key}` has no default"
    raise BadInput(
        what,
        where=flag.place,
        remedy="name with `--control` the variant that the others are compared with: "
        + ", ".join(flag.variants),
    )


def _variants(flag: Flag, seen: Seen, control: str) -> dict[str, Variant]:
    """The control first, then those that anybody has had, in the order of their definition."""
    order = [control, *flag.variants, *sorted(seen.variants)]
    found = {name: seen.variants.get(name, _EMPTY) for name in dict.fromkeys(order)}
    return {
        name or NONE: one
        for name, one in found.items()
        if name == control or users(one) or one.outcomes
    }


def users(one: Variant) -> int:
    """Distinct users of all runs of the service.

    Who came back in a later run is in it once more, as the outcomes of that user are.
    """
    return one.users + one.users_before


def _names(flag: Flag, there: Iterable[Variant], asked: str) -> list[str]:
    known = sorted({name for one in there for name in one.outcomes})
    if not asked:
        return known
    if asked not in known:
        raise BadInput(
            f"no outcome `{asked}` of `{flag.key}` is counted",
            remedy=f"counted are {', '.join(known)}"
            if known
            else "the app reports it to the service of flags: POST /partywall/v1/outcomes",
        )
    return [asked]


def _counted(there: Mapping[str, Variant], name: str) -> list[Counted]:
    pairs = ((key, users(one), one.outcomes.get(name, 0)) for key, one in there.items())
    return [Counted(key, max(seen, had), had) for key, seen, had in pairs]


def _warnings(seen: Seen, there: Mapping[str, Variant]) -> Iterable[str]:
    if seen.users_full or seen.outcomes_full:
        yield "There are more users than the service tells apart: these counts are too low."
    for name, one in there.items():
        most = max(one.outcomes.values(), default=0)
        if most > users(one):
            yield (
                f"{most} users of {name} have an outcome, and the service saw only {users(one)} of"
                " them ask for the flag: the rates of this variant are too high. The app has to ask"
                " for the flag before it reports what became of it."
            )


def configured(
    flag: Flag, setting: Setting, since: str
) -> tuple[dict[str, float] | None, str]:  # fmt: skip
    """Variant → percentage during the whole count, or None and why there is no such thing."""
    began = ages.seconds(since)
    rest = settings.variant_off(flag) or flag.default
    if setting.mode != PART:
        return None, _untested("no part of all users is in force (`flags rollout`)")
    if setting.rules:
        return None, _untested("rules give some users a variant beside the part of all users")
    if began is None or setting.since > began:
        return None, _untested(
            f"the part has been {setting.percent:g} % for less time than is counted, and users may"
            " have had one variant and then another"
        )
    if rest == setting.variant:
        return {rest: 100.0}, ""
    return {setting.variant: setting.percent, rest: 100.0 - setting.percent}, ""


def _untested(why: str) -> str:
    return f"Whether users are split as configured was not tested: {why}."
