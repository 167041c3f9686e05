"""SQL that makes the second schema as the first, where it is surely right; pure.

A statement is given only when it either does exactly that or fails and leaves everything as it was,
and loses no data either way. What is not given is named with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from partywall.data.postgres.schemas import altering, creating
from partywall.data.postgres.schemas.item import Change, Drift
from partywall.data.postgres.schemas.phrases import NotProvable, quoted

Writes = Callable[[Drift], Iterable[str]]

_FIRST = ("enum",)
"""Values added to an enum can be used only after the transaction that adds them."""
_TAKEN_AWAY = ("policy", "rule", "trigger", "materialized view", "view", "index", "constraint")
_MADE = (
    *("extension", "domain", "type", "sequence", "table", "function", "column", "constraint"),
    *("view", "materialized view", "index", "statistics", "trigger", "rule", "policy"),
    *("privilege", "default privilege"),
)


class Answer(NamedTuple):
    """What can be done about one difference."""

    sql: tuple[str, ...] = ()
    why_not: str = ""


Answered = tuple[Drift, Answer]


class Script(NamedTuple):
    """Statements in an order that works."""

    before: tuple[str, ...]
    """Each on its own, before the transaction."""
    within: tuple[str, ...]


def answer(drift: Drift) -> Answer:
    """The statements for one difference, or why there are none."""
    try:
        return Answer(sql=tuple(_all(drift)))
    except NotProvable as error:
        return Answer(why_not=str(error))


def answers(drifts: Iterable[Drift]) -> list[tuple[Drift, Answer]]:
    """Each difference with its answer; parts share the fate of what they are parts of."""
    found = [(drift, answer(drift)) for drift in drifts]
    wholes = {
        (drift.change, drift.item.schema, drift.item.name): said.why_not
        for drift, said in found
        if not drift.item.of
    }
    return _standing([(drift, _under(drift, said, wholes)) for drift, said in found])


def _standing(answered: list[Answered]) -> list[Answered]:
    """Without statements for what leans on something that is not made; they would fail, and all."""
    while True:
        unmade = {_name(drift) for drift, said in answered if _is_unmade(drift, said)}
        kept = [(drift, _leaning(drift, said, unmade)) for drift, said in answered]
        if kept == answered:
            return kept
        answered = kept


def _is_unmade(drift: Drift, said: Answer) -> bool:
    whole = not drift.item.of and drift.item.kind != "extension"
    return bool(said.why_not) and whole and drift.change is Change.MISSING


def _name(drift: Drift) -> str:
    """Of a function without its arguments."""
    return drift.item.name.partition("(")[0]


def _leaning(drift: Drift, said: Answer, unmade: Iterable[str]) -> Answer:
    """By its words: one that only looks like it is left out too, and named."""
    if drift.change is Change.EXTRA:
        return said
    words = "\n".join(said.sql)
    for name in unmade:
        if re.search(rf"(?<![\w$]){re.escape(name.replace(chr(34), chr(34) * 2))}(?![\w$])", words):
            return Answer(why_not=f"it names {name}, which is left to you")
    return said


def _under(drift: Drift, said: Answer, wholes: Mapping[tuple[Change, str, str], str]) -> Answer:
    """What is dropped takes its parts with it, and what is not made can have none."""
    if not drift.within:
        return said
    why_not = wholes.get((drift.change, drift.item.schema, drift.item.of), "")
    if why_not:
        return Answer(why_not=f"it is a part of {drift.item.of}")
    return Answer() if drift.change is Change.EXTRA else said


def script(answered: Iterable[tuple[Drift, Answer]]) -> Script:
    """The statements for all that can be answered."""
    known = [drift for drift, said in answered if said.sql]
    first = [one for drift in known if drift.item.kind in _FIRST for one in answer(drift).sql]
    later = [drift for drift in known if drift.item.kind not in _FIRST]
    stay = [drift for drift in later if not _is_last(drift)]
    gone = [one for drift in _ordered(stay, _TAKEN_AWAY) for one in _away(drift)]
    made = [one for drift in _ordered(stay, _MADE) for one in _put(drift)]
    tied = [one for drift in stay for one in _tied(drift)]
    last = [one for drift in later if _is_last(drift) for one in _put(drift)]
    return Script(before=tuple(first), within=(*gone, *made, *tied, *last))


def text(schema: str, made: Script) -> str:
    """A script for `psql` or any client; empty when there is nothing to do."""
    if not (made.before or made.within):
        return ""
    path = f"search_path = {quoted(schema)}"
    head = [f"SET {path};", *made.before]
    begin = ["BEGIN;", f"SET LOCAL {path};", "SET LOCAL check_function_bodies = off;"]
    body = [*begin, *made.within, "COMMIT;"] if made.within else []
    return "\n".join([*head, *body])


def _is_last(drift: Drift) -> bool:
    """Functions go when nothing calls them any more."""
    return drift.item.kind == "function" and drift.change is Change.EXTRA


def _all(drift: Drift) -> Iterable[str]:
    return (*_away(drift), *_put(drift), *_tied(drift))


def _tied(drift: Drift) -> Iterable[str]:
    """What ties a new sequence to a column, which may be new as well."""
    is_new = drift.item.kind == "sequence" and drift.change is Change.MISSING
    return creating.owned(drift.item) if is_new else ()


def _ordered(drifts: Iterable[Drift], kinds: tuple[str, ...]) -> list[Drift]:
    """By kind; what was made last is taken away first, and foreign keys before what they need."""
    mine = [drift for drift in drifts if drift.item.kind in kinds]
    if kinds is _TAKEN_AWAY:
        mine.reverse()
    return sorted(mine, key=lambda drift: kinds.index(drift.item.kind))


def _away(drift: Drift) -> Iterable[str]:
    """What has to go first: an extra, or the former form of what cannot be altered."""
    if drift.item.kind not in _TAKEN_AWAY or drift.second is None:
        return ()
    if drift.change is Change.EXTRA or altering.is_replaced(drift):
        return creating.dropped(drift.second)
    return ()


def _put(drift: Drift) -> Iterable[str]:
    kind = drift.item.kind
    if drift.change is Change.EXTRA:
        if kind in _TAKEN_AWAY:
            return ()
        return _writer(altering.REMOVED, kind)(drift)
    if drift.change is Change.MISSING or altering.is_replaced(drift):
        return _writer(creating.MADE, kind)(drift)
    return _writer(altering.ALTERED, kind)(drift)


def _writer(known: Mapping[str, Writes], kind: str) -> Writes:
    if kind not in known:
        raise NotProvable(f"there is no sure statement for {kind}s: left to you")
    return known[kind]
