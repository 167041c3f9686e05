"""Elements of a page, built so that no text can become anything but text."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.cli.render.columns import clean
from partywall.cli.render.picture import pen

_VOID = frozenset({"meta", "link", "br"})


class Markup(str):
    """Text that is markup already; every other string is escaped where it is put."""

    __slots__ = ()


def text(said: object) -> Markup:
    """A value as text: no secret, no control character, no markup; a space at an end stays."""
    if isinstance(said, Markup):
        return said
    words = str(said)
    before, after = (" " if words[at : at + 1] == " " else "" for at in (0, len(words) - 1))
    return (
        Markup(f"{before}{pen.escaped(clean(words))}{after}") if words.strip() else Markup(before)
    )


def tag(name: str, /, *content: object, **attributes: object) -> Markup:
    """An element.

    Args:
        name: its name.
        content: what is in it: markup as it is, anything else as text; None is nothing.
        attributes: underscores are hyphens, and one at the end falls off (`class_`); None is left
            out, and True has no value.
    """
    start = f"<{name}{''.join(map(_attribute, attributes, attributes.values()))}>"
    if name in _VOID:
        return Markup(start)
    return Markup(f"{start}{joined(content)}</{name}>")


def _attribute(name: str, value: object) -> str:
    said = name.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {said}" if value is True else f' {said}="{text(value)}"'


def joined(parts: Iterable[object]) -> Markup:
    """Parts one after the other."""
    return Markup("".join(text(part) for part in parts if part is not None))


def sheet(*rows: Iterable[Markup], head: Iterable[object], title: object, kind: str) -> Markup:
    """A table with a caption and heads of columns; who cannot point can scroll it by its keys.

    Args:
        rows: their cells, each an element.
        head: what the columns are called.
        title: what is in it.
        kind: its class.
    """
    heads = joined(tag("th", one, scope="col") for one in head)
    body = joined(tag("tr", joined(row)) for row in rows)
    table = tag(
        "table",
        tag("caption", title),
        tag("thead", tag("tr", heads)),
        tag("tbody", body),
        class_=kind,
    )
    return scrolled(table, title)


def scrolled(content: object, title: object) -> Markup:
    """What may be wider than the page, in a part of it that scrolls for itself."""
    return tag("div", content, class_="scroll", role="region", aria_label=title, tabindex=0)
