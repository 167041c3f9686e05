"""Statements that alter what is in both schemas, and what is refused to be removed; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from partywall.data.postgres.schemas.creating import defined_view, firing, granted
from partywall.data.postgres.schemas.item import Drift, Item
from partywall.data.postgres.schemas.phrases import (
    NotProvable,
    alter_table,
    comment,
    literal,
    named,
    quoted,
    sequence_options,
)

_REPLACED = frozenset(
    {"constraint", "index", "trigger", "rule", "policy", "view", "materialized view"}
)
"""They hold nothing that making them anew would lose."""
_BY_ITSELF = frozenset({"comment", "enabled", "clustered", "replica identity"})
"""Facts that are altered without making the whole anew."""
_WIDER = {
    "smallint": ("integer", "bigint", "numeric"),
    "integer": ("bigint", "numeric"),
    "bigint": ("numeric",),
    "real": ("double precision",),
}


def is_replaced(drift: Drift) -> bool:
    """Whether it is dropped and made anew."""
    if drift.item.kind == "view" and _keeps_columns(drift):
        return False
    return drift.item.kind in _REPLACED and not drift.facts.keys() <= _BY_ITSELF


def _keeps_columns(drift: Drift) -> bool:
    """A view whose columns stay, and get others after them at most, can be told another query."""
    first, second = _both(drift)
    have = second.listed("columns")
    return first.listed("columns")[: len(have)] == have


def _both(drift: Drift) -> tuple[Item, Item]:
    if drift.first is None or drift.second is None:
        raise NotProvable("it is in one of them only")
    return drift.first, drift.second


def _refuse_other(drift: Drift, known: Iterable[str], why: str) -> None:
    if unknown := [fact for fact in drift.facts if fact not in known]:
        raise NotProvable(f"{', '.join(unknown)}: {why}")


def _comment(drift: Drift) -> Iterator[str]:
    if "comment" in drift.facts:
        yield from comment(_both(drift)[0])


def _enum(drift: Drift) -> Iterator[str]:
    """Values can be added, and neither taken away nor moved."""
    first, second = _both(drift)
    want, have = first.listed("labels"), second.listed("labels")
    if [label for label in want if label in have] != have:
        raise NotProvable("values cannot be taken out of an enum, or moved in it")
    name, before = quoted(first.name), ""
    for label in want:
        if label not in have:
            place = f" AFTER {literal(before)}" if before else f" BEFORE {literal(have[0])}"
            yield f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {literal(label)}{place};"
        before = label
    yield from _comment(drift)


def _domain(drift: Drift) -> Iterator[str]:
    first, second = _both(drift)
    _refuse_other(drift, ("default", "not null", "checks", "comment"), "a domain cannot change it")
    start = f"ALTER DOMAIN {quoted(first.name)}"
    if "default" in drift.facts:
        said = first.said("default")
        yield f"{start} SET DEFAULT {said};" if said else f"{start} DROP DEFAULT;"
    if "not null" in drift.facts:
        yield f"{start} {'SET' if first.said('not null') else 'DROP'} NOT NULL;"
    want, have = first.listed("checks"), second.listed("checks")
    for check in (one for one in have if one not in want):
        yield f"{start} DROP CONSTRAINT {_name(check)};"
    for check in (one for one in want if one not in have):
        yield f"{start} ADD CONSTRAINT {check};"
    yield from _comment(drift)


def _name(check: str) -> str:
    """What a check is called; a name with such a word in it is quoted, and left to the user."""
    name, _, rest = check.partition(" CHECK ")
    if " CHECK " in rest and name.startswith('"'):
        raise NotProvable("its name cannot be told from what it checks")
    return name


def _type(drift: Drift) -> Iterator[str]:
    first, second = _both(drift)
    want, have = first.listed("attributes"), second.listed("attributes")
    if "range of" in drift.facts or want[: len(have)] != have:
        raise NotProvable("a type in use can only have attributes added at its end")
    for attribute in want[len(have) :]:
        yield f"ALTER TYPE {quoted(first.name)} ADD ATTRIBUTE {attribute};"
    yield from _comment(drift)


def _sequence(drift: Drift) -> Iterator[str]:
    first, _ = _both(drift)
    if drift.facts.keys() - {"comment", "owned by"}:
        yield f"ALTER SEQUENCE {quoted(first.name)} {sequence_options(first)};"
    if "owned by" in drift.facts:
        yield f"ALTER SEQUENCE {quoted(first.name)} OWNED BY {first.said('owned by') or 'NONE'};"
    yield from _comment(drift)


def _table(drift: Drift) -> Iterator[str]:
    first, second = _both(drift)
    known = ("comment", "row security", "row security for the owner", "options", "unlogged")
    _refuse_other(drift, known, "a table with data cannot change it in place")
    start = f"ALTER TABLE {quoted(first.name)}"
    if "unlogged" in drift.facts:
        yield f"{start} SET {'UNLOGGED' if first.said('unlogged') else 'LOGGED'};"
    if "row security" in drift.facts:
        yield f"{start} {'ENABLE' if first.said('row security') else 'DISABLE'} ROW LEVEL SECURITY;"
    if "row security for the owner" in drift.facts:
        forced = "FORCE" if first.said("row security for the owner") else "NO FORCE"
        yield f"{start} {forced} ROW LEVEL SECURITY;"
    yield from _options(start, first, second)
    yield from _comment(drift)


def _options(start: str, first: Item, second: Item) -> Iterator[str]:
    want, have = first.listed("options"), second.listed("options")
    if gone := [one for one in have if one not in want]:
        yield f"{start} RESET ({', '.join(one.partition('=')[0] for one in gone)});"
    if new := [one for one in want if one not in have]:
        yield f"{start} SET ({', '.join(new)});"


def _function(drift: Drift) -> Iterator[str]:
    first, _ = _both(drift)
    _refuse_other(drift, ("definition", "comment"), "others may rely on what it returns")
    if "definition" in drift.facts:
        yield first.said("definition").rstrip() + ";"
    yield from _comment(drift)


def _column(drift: Drift) -> Iterator[str]:
    first, second = _both(drift)
    known = ("type", "default", "not null", "comment", "identity options")
    _refuse_other(drift, known, "a column with data cannot change it in place")
    start = f"{alter_table(first)} ALTER COLUMN {quoted(first.name)}"
    if "type" in drift.facts:
        if not wider(second.said("type"), first.said("type")):
            raise NotProvable("the values may not fit the other type: convert them by a migration")
        yield f"{start} TYPE {first.said('type')};"
    if "default" in drift.facts:
        said = first.said("default")
        yield f"{start} SET DEFAULT {said};" if said else f"{start} DROP DEFAULT;"
    if "not null" in drift.facts:
        yield f"{start} {'SET' if first.said('not null') else 'DROP'} NOT NULL;"
    if "identity options" in drift.facts:
        options = (f"SET {option}" for option in first.listed("identity options"))
        yield f"{start} {' '.join(options)};"
    yield from _comment(drift)


def wider(old: str, new: str) -> bool:
    """Whether every value of a type is the same value of another."""
    if new in _WIDER.get(old, ()):
        return True
    lengths = [_length(one) for one in (old, new)]
    return None not in lengths and 0 < (lengths[0] or 0) <= (lengths[1] or 0)


_ENDLESS = 1 << 30


def _length(type_: str) -> int | None:
    """Characters that a type of texts holds; None when it is no such type."""
    if type_ in ("text", "character varying"):
        return _ENDLESS
    kind, _, rest = type_.partition("(")
    return int(rest.rstrip(")")) if kind == "character varying" and rest else None


def _view(drift: Drift) -> Iterator[str]:
    first, _ = _both(drift)
    if drift.facts.keys() - {"comment"}:
        yield defined_view(first, "CREATE OR REPLACE VIEW")
    yield from _comment(drift)


def _constraint(drift: Drift) -> Iterator[str]:
    yield from _comment(drift)


def _index(drift: Drift) -> Iterator[str]:
    first, _ = _both(drift)
    _refuse_other(drift, ("comment", "clustered"), "left to you")
    if "clustered" in drift.facts:
        way = (
            f"CLUSTER ON {quoted(first.name)}" if first.said("clustered") else "SET WITHOUT CLUSTER"
        )
        yield f"{alter_table(first)} {way};"
    yield from _comment(drift)


def _trigger(drift: Drift) -> Iterator[str]:
    first, _ = _both(drift)
    if "enabled" in drift.facts:
        if first.said("enabled"):
            yield from firing(first)
        else:
            yield f"{alter_table(first)} ENABLE TRIGGER {quoted(first.name)};"
    yield from _comment(drift)


def _privilege(drift: Drift) -> Iterator[str]:
    first, second = _both(drift)
    want, have = first.listed("privileges"), second.listed("privileges")
    yield from _revoked(second, [one for one in have if one not in want])
    yield from granted(first, [one for one in want if one not in have])


def _revoked(item: Item, privileges: Iterable[str]) -> Iterator[str]:
    for privilege in privileges:
        word = privilege.removesuffix(" with grant option")
        yield f"REVOKE {word} ON {item.said('on')} FROM {item.said('to')};"


def _gone_privilege(drift: Drift) -> Iterator[str]:
    item = drift.item
    yield from _revoked(item, item.listed("privileges"))


def _function_gone(drift: Drift) -> Iterator[str]:
    yield f"DROP {named(drift.item)};"


def _kept(drift: Drift) -> Iterator[str]:
    raise NotProvable(f"data may need this {drift.item.kind}: look, and drop it yourself")


ALTERED: Mapping[str, Callable[[Drift], Iterable[str]]] = {
    "enum": _enum,
    "domain": _domain,
    "type": _type,
    "sequence": _sequence,
    "table": _table,
    "function": _function,
    "column": _column,
    "constraint": _constraint,
    "index": _index,
    "trigger": _trigger,
    "rule": _comment,
    "policy": _comment,
    "view": _view,
    "materialized view": _comment,
    "privilege": _privilege,
}

REMOVED: Mapping[str, Callable[[Drift], Iterable[str]]] = {
    "table": _kept,
    "column": _kept,
    "sequence": _kept,
    "enum": _kept,
    "domain": _kept,
    "type": _kept,
    "function": _function_gone,
    "privilege": _gone_privilege,
}
