"""A rehearsal for a terminal: the verdict, its reasons, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.cli.render import rehearsal_words as words
from partywall.cli.render.amounts import memory
from partywall.cli.render.columns import clean, count, cut, hang, sendable, table
from partywall.cli.render.rehearsal_words import Document
from partywall.cli.render.style import Style

_COLOURS = {"safe": "green", "risky": "amber", "fails": "red"}
_CHANGES = {"-": "red", "+": "green", "~": "cyan"}


def rehearsal_text(document: Document, style: Style) -> str:
    """The document of `rehearse --json` for people."""
    blocks = [
        [_verdict(document, style)],
        list(_reasons(document, style)),
        list(_statements(document, style)),
        list(_tables(document, style)),
        list(_schema(document, style)),
        list(_runs(document, style)),
        list(_notes(document, style)),
        hang("", words.summary(document), style),
    ]
    return sendable("\n\n".join("\n".join(block) for block in blocks if block), style)


def _verdict(document: Document, style: Style) -> str:
    return style.paint(words.verdict(document), "bold", _COLOURS[str(document["verdict"])])


def _reasons(document: Document, style: Style) -> Iterator[str]:
    for one in document["reasons"]:
        symbol, colour = ("bad", "red") if one["fatal"] else ("unsure", "amber")
        if one["accepted"]:
            symbol, colour = "dot", "dim"
        head = f"{style.paint(style.symbol(symbol), colour)} {style.paint(one['kind'], colour)}  "
        said = f"{one['what']} (accepted)" if one["accepted"] else one["what"]
        yield from hang(head, clean(said), style)
        if one["sql"]:
            where = f"{clean(one['where'])}: " if one["where"] else ""
            yield from hang("    ", f"{where}{clean(one['sql'])}", style)
        if one["remedy"]:
            yield from hang("    do: ", clean(one["remedy"]), style)


def _statements(document: Document, style: Style) -> Iterator[str]:
    shown = words.statements(document)
    for one in shown:
        times = f" x{one['times']}" if one["times"] > 1 else ""
        wal = f", {memory(one['wal_bytes'])} WAL" if one["wal_bytes"] else ""
        head = f"{one['number']:>4}  {words.moment(one['seconds']):>7}{times}{wal}  "
        room = max(20, style.width - len(head)) if style.width else 100
        yield f"{head}{cut(clean(one['sql']), room, style)}"
        if said := words.lock(one):
            yield from hang("               ", style.paint(clean(said), "dim"), style)
    left = len(document["statements"]) - len(shown)
    if left:
        yield style.paint(f"      and {count(left, 'quicker one')}", "dim")


def _tables(document: Document, style: Style) -> Iterator[str]:
    rows = [tuple(map(clean, row)) for row in words.tables(document)]
    if rows:
        heads = [style.paint(head, "dim") for head in ("TABLE", "ROWS", "SIZE", "WHO WAITS")]
        yield from table([heads, *rows])


def _schema(document: Document, style: Style) -> Iterator[str]:
    for sign, said in words.changes(document):
        yield from hang(f"{style.paint(sign, _CHANGES[sign])} ", clean(said), style)


def _runs(document: Document, style: Style) -> Iterator[str]:
    for said, good, seconds in words.runs(document):
        symbol, colour = ("good", "green") if good else ("bad", "red")
        yield f"{style.paint(style.symbol(symbol), colour)} {said}, {seconds}"
    if said := words.traffic(document):
        yield from hang(f"{style.symbol('dot')} ", clean(said), style)


def _notes(document: Document, style: Style) -> Iterator[str]:
    for said in words.hints(document):
        yield from hang(f"{style.symbol('dot')} squawk: ", clean(said), style)
    for said in document["notes"]:
        yield from hang(f"{style.symbol('dot')} ", clean(said), style)
