"""A rehearsal as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.cli.render import rehearsal_words as words
from partywall.cli.render.amounts import memory
from partywall.cli.render.markdown import cell, code, line
from partywall.cli.render.rehearsal_words import Document

_SIGNS = {"safe": "✅", "risky": "⚠️", "fails": "❌"}


def rehearsal_markdown(document: Document) -> str:
    """The document of `rehearse --json`."""
    sign = _SIGNS[str(document["verdict"])]
    blocks = [
        [f"## {sign} Migration {line(words.verdict(document))}", "", line(words.summary(document))],
        list(_reasons(document)),
        _folded("Statements", list(_statements(document))),
        _folded("Tables", list(_tables(document))),
        _folded("Schema", list(_schema(document))),
        list(_runs(document)),
        _folded("Lint", [f"- {line(said)}" for said in words.hints(document)]),
        [f"- {line(said)}" for said in document["notes"]],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _reasons(document: Document) -> Iterator[str]:
    for one in document["reasons"]:
        mark = " (accepted)" if one["accepted"] else ""
        yield f"- **{line(one['kind'])}**{mark}: {line(one['what'])}"
        if one["sql"]:
            where = f"{line(one['where'])}: " if one["where"] else ""
            yield f"  - {where}{code(one['sql'])}"
        if one["remedy"]:
            yield f"  - do: {line(one['remedy'])}"


def _folded(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _statements(document: Document) -> Iterator[str]:
    shown = words.statements(document)
    if shown:
        yield "| | statement | time | WAL | locks |"
        yield "|--:|---|--:|--:|---|"
    for one in shown:
        times = f" x{one['times']}" if one["times"] > 1 else ""
        sql = code(str(one["sql"])[:300]).replace("|", "\\|")
        time, wal = f"{words.moment(one['seconds'])}{times}", memory(one["wal_bytes"])
        yield f"| {one['number']} | {sql} | {time} | {wal} | {cell(words.lock(one))} |"


def _tables(document: Document) -> Iterator[str]:
    rows = list(words.tables(document))
    if rows:
        yield "| table | rows | size | who waits |"
        yield "|---|--:|--:|---|"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"


def _schema(document: Document) -> Iterator[str]:
    for sign, said in words.changes(document):
        yield f"- {code(sign)} {line(said)}"


def _runs(document: Document) -> Iterator[str]:
    for said, good, seconds in words.runs(document):
        yield f"- {'✅' if good else '❌'} {line(said)}, {seconds}"
    if said := words.traffic(document):
        yield f"- {line(said)}"
