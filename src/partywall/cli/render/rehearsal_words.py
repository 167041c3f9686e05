"""What is said of a rehearsal, in words that text, Markdown and JUnit share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from partywall.cli.render.amounts import memory, stopwatch
from partywall.cli.render.columns import count

Document = Mapping[str, Any]
VERDICTS = {
    "safe": "nothing speaks against it",
    "risky": "it runs, and what else it does has to be wanted",
    "fails": "it cannot go to production as it is",
}
SHOWN = 12
"""As many statements and tables are shown; the document has them all."""
_ALL = "reads and writes"
_SIGNS = {"gone": "-", "new": "+", "changed": "~"}
_RUNS = {
    "empty": "without rows",
    "again": "a second time",
    "downgrade": "the way back",
    "tests": "the new code's tests",
    "old_tests": "the old code's tests",
    "old_tests_before": "the old code's tests on the former schema",
}


def summary(document: Document) -> str:
    """How much it was."""
    said = sum(one["times"] for one in document["statements"])
    disk = document["disk"]
    return (
        f"{count(said, 'statement')} in {stopwatch(document['seconds'])};"
        f" {memory(document['wal_bytes'])} of WAL, {memory(disk['needed_bytes'])} more disk needed"
        " meanwhile"
    )


def verdict(document: Document) -> str:
    """The verdict with what it means."""
    word = str(document["verdict"])
    accepted = document["passed"] and word == "risky"
    return f"{word}: {'all its risks are accepted' if accepted else VERDICTS[word]}"


def statements(document: Document) -> list[Document]:
    """The slowest and those that lock or rewrite, in their order."""
    every = document["statements"]
    weighed = sorted(every, key=_weight, reverse=True)[:SHOWN]
    return [one for one in every if any(one is other for other in weighed)]


def _weight(one: Document) -> tuple[bool, bool, float]:
    return bool(one["error"]), bool(one["rewritten"]), float(one["seconds"])


def lock(one: Document) -> str:
    """A statement's strongest lock of each table, and whom it keeps waiting."""
    strong: dict[str, Document] = {}
    for lock in one["locks"]:
        last = strong.get(lock["table"])
        if lock["blocks"] != "nobody" and (last is None or last["blocks"] != _ALL):
            strong[lock["table"]] = lock
    return "; ".join(
        f"{table}: {lock['mode']}, {lock['blocks']}, {moment(lock['seconds'])}"
        for table, lock in strong.items()
    )


def moment(seconds: float) -> str:
    """A time that may be very short: `4 ms`, `1.2 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else stopwatch(seconds)


def tables(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """Name, rows, size, and the strongest lock, of tables that anything happened to."""
    for name, one in document["tables"].items():
        strongest = one["lock"] or {"blocks": "nobody", "mode": "", "seconds": 0}
        if _is_touched(one, str(strongest["blocks"])):
            held = f"{strongest['blocks']}, {moment(strongest['seconds'])}"
            yield name, _rows(one), _size(one), held if one["lock"] else ""


def _is_touched(one: Document, blocks: str) -> bool:
    other = one["rows_before"] != one["rows_after"]
    return other or one["rewritten"] or blocks != "nobody"


def _rows(one: Document) -> str:
    about = "" if one["exact"] else "about "
    before, after = one["rows_before"], one["rows_after"]
    if before == after:
        return f"{about}{before:,}"
    return f"{about}{_number(before)} → {_number(after)}"


def _number(rows: int | None) -> str:
    return "none" if rows is None else f"{rows:,}"


def _size(one: Document) -> str:
    before, after = one["bytes_before"], one["bytes_after"]
    size = memory(after if after is not None else before)
    return f"{size}, rewritten" if one["rewritten"] else size


def changes(document: Document) -> Iterator[tuple[str, str]]:
    """Sign and words for each difference of the schema."""
    for one in document["schema_diff"]:
        facts = "; ".join(
            f"{name}: {_fact(fact['before'])} → {_fact(fact['after'])}"
            for name, fact in one["facts"].items()
        )
        words = f"{one['kind']} {one['name']}"
        yield _SIGNS[one["change"]], f"{words}  {facts}" if facts else words


def _fact(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text or "none"


def runs(document: Document) -> Iterator[tuple[str, bool, str]]:
    """What else was tried, whether it went well, and how long it took."""
    for name, words in _RUNS.items():
        one = document["runs"].get(name)
        if one is not None:
            yield words, one["code"] == 0, moment(one["seconds"])


def hints(document: Document) -> list[str]:
    """What the linter said, each thing once, with the statements that it was about."""
    about: dict[str, list[str]] = {}
    for one in document["lint"]["hints"]:
        about.setdefault(f"{one['rule']}: {one['message']}", []).append(str(one["statement"]))
    return [
        f"{said} ({'statement' if len(numbers) == 1 else 'statements'} {', '.join(numbers)})"
        for said, numbers in about.items()
    ]


def traffic(document: Document) -> str:
    """What visitors felt; empty when there were none."""
    found = document["traffic"]
    if found is None:
        return ""
    failures = ", ".join(f"{many} of {code}" for code, many in found["failures"].items())
    return (
        f"visitors sent {count(found['statements'], 'statement')}, waited for at most"
        f" {moment(found['longest_wait_seconds'])}, failures: {failures or 'none'}"
    )
