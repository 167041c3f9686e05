"""Feature flags as text and as JSON."""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from partywall.cli.render.amounts import duration
from partywall.cli.render.columns import clean, table
from partywall.cli.render.style import Style
from partywall.flags import settings
from partywall.flags.climbing import Act
from partywall.flags.definitions import Flag, written
from partywall.flags.settings import OFF, ON, PART, Setting
from partywall.workflows.flags.changing import Changed
from partywall.workflows.flags.climb import Looked
from partywall.workflows.flags.creating import Made
from partywall.workflows.flags.kept import Change
from partywall.workflows.flags.reading import Flags

_SIGNS = {Act.WAIT: "running", Act.CLIMB: "change", Act.HALT: "bad", Act.DONE: "good"}
_ACTS = {Act.WAIT: "dim", Act.CLIMB: "amber", Act.HALT: "red", Act.DONE: "green"}
_COLOURS = {ON: "green", OFF: "red", PART: "amber"}


def list_text(every: Sequence[Flags], style: Style) -> str:
    """Every flag, and what is in force of it in each environment."""
    keys = sorted({key for one in every for key in one.defined.flags})
    if not keys:
        return "there are no flags: `partywall flags create NAME` defines one"
    head = ("flag", *(one.environment for one in every), "owner", "until")
    rows = [head, *(_row(key, every, style) for key in keys)]
    return "\n".join(table(rows))


def _row(key: str, every: Sequence[Flags], style: Style) -> tuple[str, ...]:
    flag = next(one.defined.flags[key] for one in every if key in one.defined.flags)
    cells = (_cell(one, key, style) for one in every)
    return (clean(key), *cells, clean(flag.owner), flag.expires)


def _cell(flags: Flags, key: str, style: Style) -> str:
    flag = flags.defined.flags.get(key)
    if flag is None:
        return style.symbol("none")
    setting = flags.setting(key)
    words = clean(settings.in_words(flag, setting))
    return style.paint(words, _COLOURS[setting.mode]) if setting.mode in _COLOURS else words


def flag_text(key: str, every: Sequence[Flags], now: float, style: Style) -> str:
    """All that is known of a flag."""
    flag = next(one.defined.flags[key] for one in every if key in one.defined.flags)
    values = (f"{clean(name)} = {_json(value)}" for name, value in flag.variants.items())
    lines = [
        f"{clean(key)}  {flag.kind.value}: {', '.join(values)}",
        f"  defined in {flag.place}",
        *([f"  {clean(flag.metadata['description'])}"] if "description" in flag.metadata else []),
        *([f"  owner {clean(flag.owner)}"] if flag.owner else []),
        *([f"  should be gone by {flag.expires}"] if flag.expires else []),
    ]
    for one in every:
        setting = one.setting(key)
        since = f", for {duration(now - setting.since)}" if setting.since else ""
        lines.append(f"  {one.environment}: {_cell(one, key, style)}{since}")
        lines += [f"    `{rule.variant}` for {clean(rule.said)}" for rule in setting.rules]
    return "\n".join(lines)


def _json(value: object) -> str:
    return clean(msgspec.json.encode(value).decode())


def changed_text(changes: Sequence[Changed], style: Style, *, would: bool = False) -> str:
    """What was changed, or would be."""
    if not changes:
        return "nothing changes: it is so already"
    return "\n".join(_changed(one, style, would=would) for one in changes)


def _changed(one: Changed, style: Style, *, would: bool) -> str:
    before, after = map(clean, one.words())
    sign = style.paint(style.symbol("change" if would else "good"), "amber" if would else "green")
    rules = [
        f"    `{rule.variant}` for {clean(rule.said)}" for rule in one.after.rules
    ] if one.before.rules != one.after.rules else []  # fmt: skip
    head = f"{sign} {clean(one.key)} in {one.environment}: {before} {style.symbol('to')} {after}"
    return "\n".join([head, *rules])


def created_text(made: Made, style: Style, *, would: bool = False) -> str:
    """Where a flag is defined, or the difference that defining it would make to its file."""
    place = made.flag.place
    if not would:
        return f"{made.flag.key} is defined in {place}; `partywall up` serves it"
    before, after = (
        said.decode(errors="replace").splitlines() for said in (made.before, made.after)
    )
    _, _, *changes = difflib.unified_diff(before, after, lineterm="")
    return "\n".join(
        [f"would be written to {place.file}:", *(_line(one, style) for one in changes)]
    )


def _line(said: str, style: Style) -> str:
    sign, text = said[0], said[1:]
    indent = " " * (len(text) - len(text.lstrip()))
    line = f"{sign}{indent}{clean(text)}".rstrip()
    return style.paint(line, {"+": "green", "-": "red"}.get(sign, "dim"))


def looked_text(looked: Sequence[Looked], style: Style) -> str:
    """What was decided of rollouts."""
    if not looked:
        return "no rollout climbs"
    return "\n".join(
        f"{style.paint(style.symbol(_SIGNS[one.decision.act]), _ACTS[one.decision.act])} "
        f"{clean(one.flag)} in {one.environment}: {clean(one.decision.says)}"
        for one in looked
    )


def looked_document(looked: Sequence[Looked]) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "rollouts": [
            {
                "environment": one.environment,
                "flag": one.flag,
                "act": one.decision.act.value,
                "says": one.decision.says,
                "percent": one.decision.climb.percent,
                "until": one.decision.until,
            }
            for one in looked
        ]
    }


def history_text(lines: Sequence[tuple[Change, bool]], style: Style) -> str:
    """Who changed what when, the newest last."""
    if not lines:
        return "nobody has changed a flag yet"
    rows = [
        (
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(one.at)),
            one.environment,
            clean(one.flag),
            clean(one.verb),
            clean(one.by),
            "" if took else style.paint("broke off, nothing changed", "amber"),
        )
        for one, took in lines
    ]
    return "\n".join(table(rows))


def flags_document(every: Sequence[Flags]) -> dict[str, Any]:
    """Every flag for scripts."""
    keys = sorted({key for one in every for key in one.defined.flags})
    return {"flags": [flag_document(key, every) for key in keys]}


def flag_document(key: str, every: Sequence[Flags]) -> dict[str, Any]:
    """A flag for scripts."""
    flag = next(one.defined.flags[key] for one in every if key in one.defined.flags)
    there = [one for one in every if key in one.defined.flags]
    return {
        "key": key,
        "type": flag.kind.value,
        "file": flag.place.file,
        "line": flag.place.line,
        "owner": flag.owner,
        "expires": flag.expires,
        "variants": dict(flag.variants),
        "default": flag.default,
        "environments": {
            one.environment: _setting(one.defined.flags[key], one.setting(key)) for one in there
        },
    }


def _setting(flag: Flag, setting: Setting) -> dict[str, Any]:
    return {
        "words": settings.in_words(flag, setting),
        "mode": setting.mode,
        "variant": setting.variant,
        "percent": setting.percent if setting.mode == PART else None,
        "rules": [msgspec.to_builtins(rule) for rule in setting.rules],
        "since": setting.since or None,
        "everybody": settings.full(flag, setting) or None,
        "served": settings.in_force(flag, setting),
        "defined": written(flag),
    }


def created_document(made: Made, *, would: bool = False) -> dict[str, Any]:
    """A new flag for scripts."""
    return {
        "key": made.flag.key,
        "file": made.flag.place.file,
        "line": made.flag.place.line,
        "definition": written(made.flag),
        "dry_run": would,
    }


def changes_document(changes: Sequence[Changed], *, would: bool = False) -> dict[str, Any]:
    """Changes for scripts."""
    return {
        "changed": [
            {
                "environment": one.environment,
                "flag": one.key,
                "before": _setting(one.flag, one.before),
                "after": _setting(one.flag, one.after),
            }
            for one in changes
        ],
        "dry_run": would,
    }


def history_document(lines: Sequence[tuple[Change, bool]]) -> dict[str, Any]:
    """The history for scripts."""
    return {"changes": [{**msgspec.to_builtins(one), "took_effect": took} for one, took in lines]}
