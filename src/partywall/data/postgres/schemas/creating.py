"""Statements that make what is missing and drop what holds no data; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from partywall.data.postgres.schemas.item import Change, Drift, Item
from partywall.data.postgres.schemas.phrases import (
    NotProvable,
    alter_table,
    column,
    commented,
    literal,
    named,
    quoted,
    sequence_options,
)


def dropped(item: Item) -> Iterator[str]:
    """What takes a thing away that holds no data of its own; it fails when others need it."""
    if item.kind == "constraint":
        yield f"{alter_table(item)} DROP CONSTRAINT {quoted(item.name)};"
    else:
        yield f"DROP {named(item)};"


def _made(drift: Drift) -> Item:
    if drift.first is None:
        raise NotProvable("it is not in the first")
    return drift.first


def _enum(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    labels = ", ".join(literal(label) for label in item.listed("labels"))
    yield f"CREATE TYPE {quoted(item.name)} AS ENUM ({labels});"
    yield from commented(item)


def _domain(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    words = [f"CREATE DOMAIN {quoted(item.name)} AS {item.said('type')}"]
    if item.said("default"):
        words.append(f"DEFAULT {item.said('default')}")
    if item.said("not null"):
        words.append("NOT NULL")
    words += [f"CONSTRAINT {check}" for check in item.listed("checks")]
    yield " ".join(words) + ";"
    yield from commented(item)


def _type(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    if item.said("range of"):
        raise NotProvable("a range has functions of its own: create it as your migration does")
    yield f"CREATE TYPE {quoted(item.name)} AS ({', '.join(item.listed('attributes'))});"
    yield from commented(item)


def _sequence(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield f"CREATE SEQUENCE {quoted(item.name)} {sequence_options(item)};"
    yield from commented(item)


def owned(item: Item) -> Iterator[str]:
    """What lets a sequence go with its column, which is there by then."""
    if item.said("owned by"):
        yield f"ALTER SEQUENCE {quoted(item.name)} OWNED BY {item.said('owned by')};"


def _table(drift: Drift) -> Iterator[str]:
    """Without columns: those are things of their own, and come after the functions they call."""
    item = _made(drift)
    if item.said("form"):
        raise NotProvable(f"a {item.said('form')} table: create it as your migration does")
    unlogged = "UNLOGGED " if item.said("unlogged") else ""
    parent, _, bound = item.said("partition").partition(" FOR VALUES ")
    if item.said("partition") and not bound:
        raise NotProvable("a default partition: create it as your migration does")
    form = f"PARTITION OF {parent} FOR VALUES {bound}" if bound else "()"
    inherits = f" INHERITS ({item.said('inherits')})" if item.said("inherits") else ""
    options = f" WITH ({item.said('options')})" if item.said("options") else ""
    yield f"CREATE {unlogged}TABLE {quoted(item.name)} {form}{inherits}{options};"
    yield from row_security(item)
    yield from commented(item)


def row_security(item: Item) -> Iterator[str]:
    """What switches a table's policies on, if they are."""
    if item.said("row security"):
        yield f"ALTER TABLE {quoted(item.name)} ENABLE ROW LEVEL SECURITY;"
    if item.said("row security for the owner"):
        yield f"ALTER TABLE {quoted(item.name)} FORCE ROW LEVEL SECURITY;"


def _function(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield item.said("definition").rstrip() + ";"
    yield from commented(item)


def _column(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    if drift.change is Change.MISSING and not drift.within and _needs_values(item):
        raise NotProvable("rows that are there would have no value: say one in your migration")
    if item.said("storage"):
        raise NotProvable("how it is stored is left to you")
    yield f"{alter_table(item)} ADD COLUMN {column(item)};"
    yield from commented(item)


def _needs_values(item: Item) -> bool:
    given = ("default", "generated", "identity")
    return bool(item.said("not null")) and not any(item.said(fact) for fact in given)


def _constraint(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield f"{alter_table(item)} ADD CONSTRAINT {quoted(item.name)} {item.said('definition')};"
    yield from commented(item)


def _defined(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield item.said("definition").rstrip(";") + ";"
    yield from commented(item)


def _index(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    if item.said("valid"):
        raise NotProvable("it is not valid in the first either: rebuild it there")
    yield from _defined(drift)
    if item.said("clustered"):
        yield f"{alter_table(item)} CLUSTER ON {quoted(item.name)};"
    if item.said("replica identity"):
        yield f"{alter_table(item)} REPLICA IDENTITY USING INDEX {quoted(item.name)};"


def _trigger(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield from _defined(drift)
    yield from firing(item)


def firing(item: Item) -> Iterator[str]:
    """When a trigger fires, where it is not as customary."""
    said = item.said("enabled")
    word = "DISABLE" if said == "no" else f"ENABLE {said}"
    if said:
        yield f"{alter_table(item)} {word} TRIGGER {quoted(item.name)};"


def defined_view(item: Item, create: str) -> str:
    """A view as it is declared, beginning with these words."""
    options = f" WITH ({item.said('options')})" if item.said("options") else ""
    body = item.said("definition").rstrip().rstrip(";")
    without = " WITH NO DATA" if item.said("populated") else ""
    return f"{create} {quoted(item.name)}{options} AS\n{body}{without};"


def _view(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield defined_view(item, f"CREATE {item.kind.upper()}")
    yield from commented(item)


def _policy(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    roles = ", ".join("CURRENT_USER" if one == "the owner" else one for one in item.listed("to"))
    words = [
        f"CREATE POLICY {quoted(item.name)} ON {quoted(item.of)} AS {item.said('form')}",
        f"FOR {item.said('for')} TO {roles}",
    ]
    if item.said("using"):
        words.append(f"USING ({item.said('using')})")
    if item.said("check"):
        words.append(f"WITH CHECK ({item.said('check')})")
    yield " ".join(words) + ";"
    yield from commented(item)


def _privilege(drift: Drift) -> Iterator[str]:
    item = _made(drift)
    yield from granted(item, item.listed("privileges"))


def granted(item: Item, privileges: Iterable[str]) -> Iterator[str]:
    """A grant of these privileges, one by one: some are of columns, some may be handed on."""
    for privilege in privileges:
        word = privilege.removesuffix(" with grant option")
        option = " WITH GRANT OPTION" if word != privilege else ""
        yield f"GRANT {word} ON {item.said('on')} TO {item.said('to')}{option};"


MADE: Mapping[str, Callable[[Drift], Iterable[str]]] = {
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
    "rule": _defined,
    "view": _view,
    "materialized view": _view,
    "policy": _policy,
    "privilege": _privilege,
}
