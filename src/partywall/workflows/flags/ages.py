"""For how long everybody has had a flag on, or nobody; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from partywall.flags import settings
from partywall.flags.counts import Counts
from partywall.flags.definitions import Flag
from partywall.flags.known import Known
from partywall.flags.settings import Setting
from partywall.model.errors import Place
from partywall.workflows.flags.kept import Change
from partywall.workflows.flags.reading import Flags

DAY = 86_400.0
KEPT = 90 * DAY
"""For how long the service keeps what it counted; what was before is not known."""


class Reach(StrEnum):
    """Who has a flag on."""

    EVERYBODY = "everybody"
    NOBODY = "nobody"
    SOME = "some"


def reach(flag: Flag, setting: Setting) -> Reach:
    """Who has it on; of a flag that is no boolean, who gets something else than the default."""
    disabled = setting.mode == settings.DEFINED and not flag.enabled
    if setting.mode == settings.OFF or disabled:
        return Reach.NOBODY
    everybody = settings.full(flag, setting)
    if not everybody:
        return Reach.SOME
    return Reach.NOBODY if everybody == settings.variant_off(flag) else Reach.EVERYBODY


def began(flag: Flag, setting: Setting, changes: Iterable[Change], written: float) -> float:
    """Since when those have it on who have it on now, in seconds since the epoch.

    Args:
        flag: as it is defined.
        setting: what is in force of it.
        changes: of this flag, in this environment, that took effect.
        written: since when its file says what it says.
    """
    now = reach(flag, setting)
    turned = (one.at for one in changes if reach(flag, one.before) is not now)
    said = max(turned, default=setting.since)
    if setting.mode == settings.DEFINED:
        return max(said, written)
    return said or written


def known(
    every: Sequence[Flags],
    counts: Mapping[str, Counts],
    changes: Sequence[Change],
    written: Callable[[Place], float],
    now: float,
) -> list[Known]:
    """What is known of every flag that is defined for any environment.

    Args:
        every: the flags of all environments, production's first.
        counts: environment → what is counted there; none where nothing is.
        changes: those that took effect, of all environments.
        written: since when the file of a definition says what it says.
        now: in seconds since the epoch.
    """
    keys = sorted({key for one in every for key in one.defined.flags})
    return [_one(key, every, counts, changes, written, now) for key in keys]


def _one(
    key: str,
    every: Sequence[Flags],
    counts: Mapping[str, Counts],
    changes: Sequence[Change],
    written: Callable[[Place], float],
    now: float,
) -> Known:
    spans = {
        one.environment: _span(key, one, changes, written)
        for one in every
        if key in one.defined.flags
    }
    flag = next(one.defined.flags[key] for one in every if key in one.defined.flags)
    here, since = spans.get(every[0].environment, (Reach.SOME, 0.0))
    off = all(who is Reach.NOBODY for who, _ in spans.values())
    evaluated = max(filter(None, (_asked(one, key) for one in counts.values())), default=None)
    counted = min(filter(None, (seconds(one.since) for one in counts.values())), default=None)
    return Known(
        key=key,
        place=flag.place,
        on_days=_days(now - since) if here is Reach.EVERYBODY else None,
        off_days=_days(now - max(at for _, at in spans.values())) if off else None,
        owner=flag.owner,
        expires=flag.expires,
        evaluated=evaluated,
        # Who was asked for has been there; of another one, it is the file that may be younger.
        counted=None
        if counted is None
        else max(counted, now - KEPT, 0.0 if evaluated else written(flag.place)),
    )


def _span(
    key: str, one: Flags, changes: Iterable[Change], written: Callable[[Place], float]
) -> tuple[Reach, float]:
    flag, setting = one.defined.flags[key], one.setting(key)
    mine = [each for each in changes if (each.environment, each.flag) == (one.environment, key)]
    return reach(flag, setting), began(flag, setting, mine, written(flag.place))


def _asked(counts: Counts, key: str) -> float | None:
    found = counts.flags.get(key)
    return seconds(found.last) if found else None


def seconds(said: str) -> float | None:
    """A time that the service has written, in seconds since the epoch; None where it is empty."""
    return datetime.fromisoformat(said).timestamp() if said else None


def _days(span: float) -> int:
    return max(0, int(span / DAY))
