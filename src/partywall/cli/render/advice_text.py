"""The document of `advise` for people: the answer first, then what it follows from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from partywall.cli.render.amounts import memory
from partywall.cli.render.columns import clean, hang, table
from partywall.cli.render.style import Style

Document = Mapping[str, Any]


def advice_text(document: Document, style: Style) -> str:
    """Everything, in the order in which somebody wants to know it."""
    parts = (
        _facts(document, style),
        _answer(document, style),
        _settings(document, style),
        _others(document, style),
        _changes(document, style),
        _customary(document, style),
        _notes(document, style),
    )
    made = ("\n".join(lines) for part in parts if (lines := list(part)))
    return "\n\n".join(made)


def _facts(document: Document, style: Style) -> Iterator[str]:
    needs, machine, app = document["needs"], document["machine"], document["app"]
    yield from hang("wanted   ", f"{needs['goal_words']}{_demands(needs)}", style)
    reflink = {True: ", copies share blocks", False: "", None: ""}[machine["reflink"]]
    disk = machine["disk_free_bytes"]
    yield from hang(
        "machine  ",
        f"{memory(machine['memory_bytes'])} of memory, {memory(machine['room_bytes'])} of it for "
        f"this app; {machine['cores']} cores"
        + (f"; {memory(disk)} of disk free{reflink}" if disk is not None else "")
        + f"; engine {clean(machine['engine'])}"
        + ("" if machine["engine_answers"] else ", which does not answer"),
        style,
    )
    yield from hang("names    ", clean(machine["why_second_name"]), style)
    yield from hang(
        "app      ",
        f"{', '.join(map(clean, app['environments']))}; walls mean something to: "
        f"{', '.join(app['axes']) or 'nothing'}",
        style,
    )


def _demands(needs: Document) -> str:
    said = [
        words
        for key, value, words in (
            ("second", False, "no second environment"),
            ("both", True, "both at the same time"),
            ("other_code", True, "other code"),
            ("second_name", False, "no second host name"),
            ("may_be_away", False, "production never away"),
            ("own_servers", True, "servers of its own for production's data"),
            ("app_may_change", False, "the app as it is"),
        )
        if needs[key] is value
    ]
    return f"; {', '.join(said)}" if said else ""


def _answer(document: Document, style: Style) -> Iterator[str]:
    first = document["ranked"][0]
    if document["recommended"] is None:
        yield style.paint(
            "Nothing is recommended: no point both fits and meets every requirement.", "bold"
        )
        yield ""
        yield f"Nearest is {first['words']}:"
    else:
        yield f"Recommended: {style.paint(first['words'], 'bold')}"
    yield from _reasons(first, style)
    yield ""
    yield "What it takes"
    rows = [
        (f"  {clean(line['key'])}", memory(line["bytes"]), line["source"], clean(line["why"]))
        for line in first["memory"]
    ]
    yield from table(rows, right=frozenset({1}))
    yield from hang("  = ", first["arithmetic"], style)


def _reasons(one: Document, style: Style) -> Iterator[str]:
    for part, mark in (("for", "create"), ("against", "remove")):
        for sentence in one[part]:
            yield from hang(f"  {style.symbol(mark)} ", clean(sentence), style)


def _settings(document: Document, style: Style) -> Iterator[str]:
    if document["settings"]:
        yield "partywall.yaml"
        yield from (
            f"  {clean_indent(line)}".rstrip() for line in document["settings"].splitlines()
        )
        for note in document["settings_notes"]:
            yield from hang("  ! ", clean(note), style)


def clean_indent(line: str) -> str:
    """A line of a file, harmless and with its indentation."""
    text = line.lstrip(" ")
    return " " * (len(line) - len(text)) + clean(text)


def _others(document: Document, style: Style) -> Iterator[str]:
    others = document["ranked"][1:]
    if not others:
        return
    yield f"Others, of {document['points']} points that this app can have"
    rows = [
        (
            f"  {one['words']}",
            memory(one["memory_bytes"]),
            f"{one['score']:.2f}",
            _verdict(one),
        )
        for one in others
    ]
    widest = max(len(row[0]) for row in rows)
    for words, size, score, verdict in rows:
        head = f"{words:<{widest}}  {size:>8}  {score}  "
        yield from hang(head, verdict, style)


def _verdict(one: Document) -> str:
    """The first thing that speaks against it."""
    return clean(one["against"][0]) if one["against"] else ""


def _changes(document: Document, style: Style) -> Iterator[str]:
    changes = document["would_change"]
    yield (
        "What would change the answer" if changes else "Nothing that was tried changes the answer."
    )
    for one in changes:
        first = one["first"]["words"] if one["first"] else "nothing: no point would do"
        yield from hang("  - ", f"if {one['when']}: {first}", style)


def _customary(document: Document, style: Style) -> Iterator[str]:
    yield "What is customarily recommended, each for its own goal, beside what is found here"
    for one in document["customary"]:
        ours = one["first"]["words"] if one["first"] else "nothing"
        yield from hang("  ", f"{one['wants']}: here {ours}", style)
        for each in one["named"]:
            verdict = "confirmed" if each["confirmed"] else "contradicted"
            text = f"{each['architecture']} {verdict}: {clean(each['why'])}"
            yield from hang("    - ", text, style)


def _notes(document: Document, style: Style) -> Iterator[str]:
    for one in document["refused"]:
        yield from hang(
            "note  ", f"{one['points']} points are left out: {clean(one['why'])}", style
        )
    for note in document["notes"]:
        yield from hang("note  ", clean(note), style)
