"""Two schemas compared item by item; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from partywall.data.postgres.schemas.item import Change, Drift, Item

Items = dict[tuple[str, str, str, str], Item]

_WHOLE = frozenset(
    {"table", "view", "materialized view", "sequence", "function", "aggregate"}
    | {"enum", "domain", "type"}
)
"""Kinds that others are parts of."""


def difference(first: Iterable[Item], second: Iterable[Item]) -> tuple[Drift, ...]:
    """Everything that is not the same in both, in the order of the first, extras last.

    Args:
        first: the items of the schema that is the example.
        second: those of the one that is judged.
    """
    one, other = ({item.key: item for item in items} for items in (first, second))
    gone = _wholes(one.values()) - _wholes(other.values())
    new = _wholes(other.values()) - _wholes(one.values())
    return (*_missing(one, other, gone), *_extra(one, other, new))


def _missing(one: Items, other: Items, gone: set[tuple[str, str]]) -> Iterator[Drift]:
    for key, item in one.items():
        found = other.get(key)
        if found is None:
            within = (item.schema, item.of) in gone
            yield Drift(change=Change.MISSING, first=item, within=within)
        elif found.facts != item.facts:
            yield Drift(change=Change.DIFFERS, first=item, second=found)


def _extra(one: Items, other: Items, new: set[tuple[str, str]]) -> Iterator[Drift]:
    for key, item in other.items():
        if key not in one:
            within = (item.schema, item.of) in new
            yield Drift(change=Change.EXTRA, second=item, within=within)


def _wholes(items: Iterable[Item]) -> set[tuple[str, str]]:
    return {(item.schema, item.name) for item in items if item.kind in _WHOLE}
