"""Words that statements are made of; pure."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.data.postgres.schemas.item import Item


class NotProvable(Exception):
    """Why no statement is surely right."""


def quoted(name: str) -> str:
    """A name as SQL reads it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """A text as SQL reads it."""
    doubled = text.replace("'", "''")
    return f"E'{doubled}'".replace("\\", "\\\\") if "\\" in doubled else f"'{doubled}'"


def alter_table(item: Item) -> str:
    """The beginning of a statement on the table that a thing is a part of."""
    return f"ALTER TABLE {quoted(item.of)}"


def named(item: Item) -> str:
    """A thing as `COMMENT ON` and `DROP` call it."""
    match item.kind:
        case "function":
            return f"{item.said('word')} {item.said('signature')}"
        case "column":
            return f"COLUMN {quoted(item.of)}.{quoted(item.name)}"
        case "constraint" | "trigger" | "rule" | "policy":
            return f"{item.kind.upper()} {quoted(item.name)} ON {quoted(item.of)}"
        case "enum":
            return f"TYPE {quoted(item.name)}"
        case _:
            return f"{item.kind.upper()} {quoted(item.name)}"


def comment(item: Item) -> Iterator[str]:
    """What says, or takes away, the comment on a thing."""
    said = item.said("comment")
    yield f"COMMENT ON {named(item)} IS {literal(said) if said else 'NULL'};"


def commented(item: Item) -> Iterator[str]:
    """The comment of something new, if it has one."""
    if item.said("comment"):
        yield from comment(item)


def column(item: Item) -> str:
    """A column as it is declared."""
    words = [quoted(item.name), item.said("type")]
    if item.said("collation"):
        words.append(f"COLLATE {item.said('collation')}")
    if item.said("default"):
        words.append(f"DEFAULT {item.said('default')}")
    if item.said("generated"):
        expression, _, way = item.said("generated").rpartition(" ")
        words.append(f"GENERATED ALWAYS AS ({expression}) {way}")
    if item.said("identity"):
        options = " ".join(item.listed("identity options"))
        words.append(f"GENERATED {item.said('identity')} AS IDENTITY ({options})")
    if item.said("not null"):
        words.append("NOT NULL")
    return " ".join(words)


def sequence_options(item: Item) -> str:
    """Everything that a sequence is, but where it stands."""
    cycle = "CYCLE" if item.said("cycle") else "NO CYCLE"
    return (
        f"AS {item.said('type')} START WITH {item.said('start')} "
        f"INCREMENT BY {item.said('increment')} MINVALUE {item.said('minimum')} "
        f"MAXVALUE {item.said('maximum')} CACHE {item.said('cache')} {cycle}"
    )
