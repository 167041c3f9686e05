"""The matrix for a terminal: ratings, what is customarily said, and why they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from partywall.cli.render.columns import clean, columns, hang, sendable, table, wrap
from partywall.cli.render.matrix_words import (
    HEADS,
    QUICK,
    TITLES,
    Document,
    crossed,
    machine_words,
    summary,
)
from partywall.cli.render.style import Style

_SAID = "  said"


def matrix_text(document: Document, style: Style) -> str:
    """The document of `matrix --json` for people.

    Below what was found stands what is customarily said, where that is something else.
    """
    every: Mapping[str, Document] = document.get("architectures") or {}
    blocks = [_title(document, style), _ratings(every, style), _differences(every, style)]
    blocks += [_notes(every, style), _missing(document.get("not_measured") or {}, style)]
    blocks.append(_sum(document, style))
    return sendable("\n\n".join("\n".join(block) for block in blocks if block), style)


def explain_text(document: Document, style: Style) -> str:
    """For every rating the figures that gave it, a sentence each."""
    every: Mapping[str, Document] = document.get("architectures") or {}
    blocks = [_explained(name, one, style) for name, one in every.items()]
    return sendable("\n\n".join("\n".join(block) for block in blocks), style)


def _title(document: Document, style: Style) -> list[str]:
    name = style.paint(clean(document.get("project", "")), "bold")
    machine = machine_words(document.get("machine") or {})
    where = f"on {clean(document.get('engine', ''))}" + (f": {machine}" if machine else "")
    lines = hang(f"{name}  ", where, style)
    return [*lines, *hang("", QUICK, style)] if document.get("quick") else lines


def _ratings(every: Mapping[str, Document], style: Style) -> list[str]:
    if not every:
        return ["nothing was measured"]
    heads = [style.paint(head.upper(), "dim") for head in HEADS.values()]
    lines = table([["", *heads], *_rows(every, style)])
    if style.width and max(map(columns, lines)) > style.width:
        return [line for name, one in every.items() for line in _narrow(name, one, style)]
    return lines


def _rows(every: Mapping[str, Document], style: Style) -> Iterator[list[str]]:
    for name, one in every.items():
        said = _otherwise(one)
        cells = [_word(one, rating, said, style) for rating in TITLES]
        yield [style.paint(clean(name), "bold"), *cells]
        if said:
            yield [style.paint(part, "dim") for part in (_SAID, *(said.get(r, "") for r in TITLES))]


def _otherwise(one: Document) -> dict[str, str]:
    """Rating → customary word, where another one was found."""
    return {each["rating"]: clean(each["customary"]) for each in one.get("disagreements") or ()}


def _word(one: Document, rating: str, said: Mapping[str, str], style: Style) -> str:
    word = clean(one.get(rating, ""))
    if word == "crossed":
        return style.paint(word, "bold", "red")
    return style.paint(word, "amber") if rating in said else word


def _narrow(name: str, one: Document, style: Style) -> Iterator[str]:
    """A line for each rating: what a terminal of few columns has room for."""
    said = _otherwise(one)
    yield style.paint(clean(name), "bold")
    for rating, title in TITLES.items():
        found = _word(one, rating, said, style)
        also = f" (said: {said[rating]})" if rating in said else ""
        yield f"  {title}: {found}{also}"


def _differences(every: Mapping[str, Document], style: Style) -> list[str]:
    lines = [
        line
        for name, one in every.items()
        for each in one.get("disagreements") or ()
        for line in _difference(name, each, style)
    ]
    return ["Where it is not as is customarily said", *lines] if lines else []


def _difference(name: str, each: Document, style: Style) -> Iterable[str]:
    title = TITLES.get(str(each["rating"]), clean(each["rating"]))
    found = style.paint(clean(each["found"]), "amber")
    head = f"  {style.paint(clean(name), 'bold')} {style.symbol('dot')} "
    yield from hang(head, f"{title}: said {clean(each['customary'])}, found {found}", style)
    yield from hang("    ", clean(each["why"]), style)


def _notes(every: Mapping[str, Document], style: Style) -> list[str]:
    return [
        line
        for name, one in every.items()
        for said in (one.get("figures") or {}).get("notes", ())
        for line in hang(f"{style.symbol('dot')} {clean(name)}: ", clean(said), style)
    ]


def _missing(reasons: Mapping[str, object], style: Style) -> list[str]:
    mark = style.paint(style.symbol("unsure"), "amber")
    return [
        line
        for name, why in reasons.items()
        for line in hang(f"{mark} {clean(name)} was not measured: ", clean(why), style)
    ]


def _sum(document: Document, style: Style) -> list[str]:
    every: Mapping[str, Document] = document.get("architectures") or {}
    colour = "red" if crossed(document) else "amber" if document.get("not_measured") else "green"
    lines = wrap(summary(document), style.width) if every else []
    return [style.paint(line, "bold", colour) for line in lines]


def _explained(name: str, one: Document, style: Style) -> Iterator[str]:
    yield style.paint(clean(name), "bold")
    why: Mapping[str, object] = one.get("explained") or {}
    for rating, title in TITLES.items():
        yield f"  {title}: {_word(one, rating, _otherwise(one), style)}"
        yield from hang("    ", clean(why.get(rating, "")), style)
