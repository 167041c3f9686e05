"""What people have said of flags while the app runs: on, off, for some, for a part; pure.

It is kept beside the definitions, one set per environment, and wins over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.flags import targeting
from partywall.flags.climbing import Climb
from partywall.flags.definitions import Defined, Flag, written
from partywall.flags.kinds import Kind

VERSION = 1
DEFINED, ON, OFF, PART = "defined", "on", "off", "part"
"""As the files say; for everybody; for nobody; for a part of all users."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Some users get a variant."""

    when: dict[str, Any]
    """JsonLogic on what the app says of a user."""
    variant: str
    said: str
    """The same in words."""


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """A rollout that climbs by itself."""

    climb: Climb
    counted: Mapping[str, tuple[int, int]] = {}
    """Variant → users, and those for whom something failed, when the step began."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force of a flag beside its definition."""

    mode: str = DEFINED
    variant: str = ""
    """Which one, with `on` and `part`."""
    percent: float = 0.0
    """Of all users, with `part`."""
    rules: tuple[Rule, ...] = ()
    rollout: Rollout | None = None
    """How the percentage climbs, with `part`; None: it stays."""
    since: float = 0.0
    """When the mode, the variant or the percentage last changed, in seconds since the epoch."""

    @property
    def is_nothing(self) -> bool:
        """Whether the definition holds as it is."""
        return self.mode == DEFINED and not self.rules


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All of an environment's."""

    version: int = VERSION
    change: str = ""
    """The id of the change that made it so."""
    flags: Mapping[str, Setting] = {}

    def of(self, key: str) -> Setting:
        """What is in force of a flag."""
        return self.flags.get(key, Setting())

    def having(self, key: str, setting: Setting, change: str) -> Settings:
        """The same with another setting of one flag."""
        flags = {name: one for name, one in self.flags.items() if name != key}
        if not setting.is_nothing:
            flags[key] = setting
        return Settings(change=change, flags=dict(sorted(flags.items())))


def variant_on(flag: Flag) -> str:
    """The variant of a boolean flag that is true; empty: it has none, or is of another type."""
    return _boolean(flag, value=True)


def variant_off(flag: Flag) -> str:
    """The variant that everybody gets when a flag is off: the false one, else the default."""
    return _boolean(flag, value=False) or ("" if flag.kind is Kind.BOOLEAN else flag.default)


def _boolean(flag: Flag, *, value: bool) -> str:
    found = (name for name, one in flag.variants.items() if one is value)
    return next(found, "")


def unfit(flag: Flag, setting: Setting) -> str:
    """A variant that has been said and that the flag no longer has; empty: there is none."""
    if setting.mode == OFF:
        return ""
    said = [setting.variant, *(rule.variant for rule in setting.rules)]
    return next((one for one in said if one and one not in flag.variants), "")


def in_force(flag: Flag, setting: Setting) -> dict[str, Any]:
    """A flag in flagd's format, as it is to be served.

    - off is off for everybody, whoever was targeted: the switch that kills a feature
    - on, or a part, takes the place of the definition's targeting; rules of people come before it
    - where nothing is said, rules come before the definition's own targeting
    """
    made = written(flag)
    off = variant_off(flag)
    if setting.mode == OFF:
        made.pop("targeting", None)
        return made | ({"defaultVariant": off} if off else {"state": "DISABLED"})
    rules = [(rule.when, rule.variant) for rule in setting.rules]
    if setting.mode == DEFINED:
        rest: Any = dict(flag.targeting) or None
    else:
        made["state"] = "ENABLED"
        rest = None
        if setting.mode == ON:
            made["defaultVariant"] = setting.variant
        else:
            made["defaultVariant"] = off or flag.default or None
            rest = targeting.rollout(setting.variant, off or flag.default, setting.percent)
    whole = targeting.chosen(rules, rest)
    made.pop("targeting", None)
    return made | ({"targeting": whole} if whole else {})


def document(defined: Defined, settings: Settings) -> dict[str, Any]:
    """All flags of an environment in flagd's format, as they are to be served."""
    flags = {key: in_force(flag, settings.of(key)) for key, flag in defined.flags.items()}
    return {
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "flags": flags,
        **({"metadata": dict(defined.metadata)} if defined.metadata else {}),
    }


def in_words(flag: Flag, setting: Setting) -> str:
    """What is in force of a flag, in a few words."""
    boolean = flag.kind is Kind.BOOLEAN
    some = f" and {len(setting.rules)} rules" if len(setting.rules) > 1 else ""
    some = " and a rule" if len(setting.rules) == 1 else some
    if setting.mode == OFF:
        return "off"
    if setting.mode == ON:
        return ("on" if boolean else f"`{setting.variant}` for all") + some
    if setting.mode == PART:
        share = f"{setting.percent:g} %{_climbing(setting.rollout)}"
        return (share if boolean else f"`{setting.variant}` for {share}") + some
    if not flag.enabled:
        return "disabled" + some
    if flag.targeting:
        return "targeted" + some
    value = flag.variants.get(flag.default)
    plain = {True: "on", False: "off"}[value] if isinstance(value, bool) else f"`{flag.default}`"
    return (plain if flag.default else "the app's default") + some


def _climbing(rollout: Rollout | None) -> str:
    if rollout is None or rollout.climb.done:
        return ""
    if rollout.climb.halted:
        return ", halted"
    return f", climbing to {rollout.climb.steps[-1]:g} %"


def full(flag: Flag, setting: Setting) -> str:
    """The variant that everybody gets, whoever it is; empty: not everybody gets the same."""
    if setting.mode == OFF:
        return variant_off(flag)
    if setting.rules:
        return ""
    if setting.mode == ON:
        return setting.variant
    if setting.mode == PART:
        whole = {0.0: variant_off(flag) or flag.default, 100.0: setting.variant}
        return whole.get(setting.percent, "")
    return "" if flag.targeting or not flag.enabled else flag.default
