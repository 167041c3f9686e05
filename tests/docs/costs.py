"""The tables of what architectures cost, from the kept documents of `partywall matrix`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from partywall import catalog
from partywall.model.choices import Source
from partywall.proof.matrix.derive import RATINGS, figures_of, rated
from partywall.proof.matrix.figures import Burn, Figures
from partywall.workflows.architectures import ordered

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "benchmarks" / "results" / "matrix"
APP = "makapix"
"""The example whose figures stand on the pages."""
SECOND = "tides"
"""The app of another shape, on which the same bounds were tried."""
BEGIN = "<!-- Made by `make docs` from benchmarks/results/matrix; do not edit. -->\n"
END = "<!-- Until here. -->\n"
MISSING = "Not measured yet."
FOLDER = ROOT / "docs" / "architectures"
INDEX = FOLDER / "README.md"
FIRST = "docker"
"""The engine whose figures stand in the comparison."""
Document = dict[str, Any]
_PLACES = {"shared": "shared servers", "machine": "the edge"}
_MIB = 1 << 20


def kept(app: str = APP) -> dict[str, Document]:
    """Engine → the document that was kept of an app, with ratings by the thresholds of today."""
    found = {}
    for path in sorted(KEPT.glob(f"{app}-*.json")):
        said = json.loads(path.read_text())
        found[str(said["engine"])] = rated(said)
    return found


def figures(document: Document) -> dict[str, Figures]:
    """Architecture → what was measured."""
    return {name: figures_of(name, one) for name, one in document["architectures"].items()}


def pages() -> dict[Path, str]:
    """Every page with its tables as the figures have them now."""
    every = kept()
    made = {
        FOLDER / f"{name}.md": filled(FOLDER / f"{name}.md", [table(name, every)])
        for name in catalog.presets()
    }
    first, second = every.get(FIRST), kept(SECOND).get(FIRST)
    tables = [comparison(first), ratings(first)] if first else [MISSING, MISSING]
    tables.append(ratings(second) if second else MISSING)
    return {**made, INDEX: filled(INDEX, tables)}


def filled(page: Path, tables: list[str]) -> str:
    """The page with these tables between its marks, in order."""
    head, *parts = page.read_text().split(BEGIN)
    assert len(parts) == len(tables), f"{page.name}: a table has no marks: they are as in ports.md"
    for part, made in zip(parts, tables, strict=True):
        _, mark, rest = part.partition(END)
        assert mark, f"{page.name}: a table has no end"
        head += f"{BEGIN}\n{made}\n\n{END}{rest}"
    return head


def table(name: str, every: Mapping[str, Document]) -> str:
    """What one architecture takes, on each engine, and beside production alone."""
    said = {
        engine: figures(document)[name]
        for engine, document in sorted(every.items())
        if name in document["architectures"]
    }
    if not said:
        return MISSING
    lines = [
        "| |" + "".join(f" {_run(every[one])} | beside production alone |" for one in said),
        "|---|" + "---|---|" * len(said),
    ]
    checkouts = catalog.presets()[name].choices.get("source") is Source.BRANCH
    rows = [list(_rows(one, checkouts=checkouts)) for one in said.values()]
    titles = dict.fromkeys(title for each in rows for title, _, _ in each)
    found = [{title: (one, ratio) for title, one, ratio in each} for each in rows]
    for title in titles:
        cells = (each.get(title, ("—", "")) for each in found)
        lines.append(f"| {title} |" + "".join(f" {one} | {ratio} |" for one, ratio in cells))
    return "\n".join(lines)


def _run(document: Document) -> str:
    """An engine, and whether its rounds were few and short."""
    return f"{document['engine']}, quickly" if document["quick"] else str(document["engine"])


def _rows(one: Figures, *, checkouts: bool) -> Iterator[tuple[str, str, str]]:
    taken, alone = one.taken, one.alone
    yield "memory at rest", _mib(taken.memory), _times(taken.memory, alone.memory)
    for place, size in sorted(taken.memory_bytes.items(), key=lambda each: _place(each[0])):
        yield f"· of it {_PLACES.get(place, place)}", _mib(size), ""
    yield "disk, when new", _mib(taken.disk), _times(taken.disk, alone.disk)
    if checkouts:
        yield "· of it files of checkouts", _mib(taken.files_bytes), ""
    yield "servers and programs that run", str(taken.running), _times(taken.running, alone.running)
    yield "time of `up`", "", _times(taken.up_seconds, alone.up_seconds)
    effort = one.effort
    yield "steps of the plan that makes it", str(effort.things), ""
    yield "lines of Compose and Caddy files that do the same", str(effort.rendered_lines), ""
    yield "lines of `partywall.yaml` beyond those of `dual`", str(effort.settings_lines), ""
    yield "secrets", str(effort.secrets), ""
    yield "rights inside shared servers", str(effort.rights), ""
    yield "left to do by hand", "; ".join(effort.manual) or "nothing", ""
    yield "production's 99th percentile beside a burning development", _burnt(one.burns), ""
    for change in one.changes:
        yield f"failed requests of a {change.kind}", f"{change.failed} of {change.asked}", ""
    for verdict, number in sorted(_walls(one).items()):
        yield f"attempts of the proof: {verdict}", str(number), ""


def _burnt(burns: tuple[Burn, ...]) -> str:
    said = [_burn(one) for one in burns if one.ratio is not None]
    return "; ".join(said) or "not measured"


def _burn(one: Burn) -> str:
    if one.word == "not measurable here":
        return f"not measurable here (quiet rounds differed by {one.spread:.2f})"
    return f"{one.ratio:.2f} times ({one.word})"


def comparison(document: Document) -> str:
    """All architectures beside each other."""
    found = figures(document)
    lines = [
        "| | architecture | in one sentence | memory | disk | time of `up` | runs | wall |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for preset in ordered():
        named = (preset.letter, f"[{preset.name}]({preset.name}.md)", preset.title)
        one = found.get(preset.name)
        cells = _compared(one) if one else ("—",) * 5
        lines.append(f"| {' | '.join((*named, *cells))} |")
    return "\n".join(lines)


def _compared(one: Figures) -> tuple[str, ...]:
    taken, alone = one.taken, one.alone
    said = [f"{number} {verdict}" for verdict, number in _walls(one).items() if number]
    return (
        f"{_mib(taken.memory)}, {_times(taken.memory, alone.memory)}",
        _times(taken.disk, alone.disk),
        _times(taken.up_seconds, alone.up_seconds),
        str(taken.running),
        ", ".join(sorted(said, key=lambda word: not word.endswith("held"))),
    )


def _walls(one: Figures) -> Counter[str]:
    found: Counter[str] = Counter()
    for said in one.walls.probes.values():
        found.update(said)
    return found


def ratings(document: Document) -> str:
    """What is customarily said of each, and what was found where that differs."""
    lines = [
        "| | both at once | data isolation | resource efficiency | schema testing | complexity |",
        "|---|---|---|---|---|---|",
    ]
    every = document["architectures"]
    for name in (preset.name for preset in ordered()):
        if name in every:
            cells = (_rating(every[name], rating) for rating in RATINGS)
            lines.append(f"| [{name}]({name}.md) | {' | '.join(cells)} |")
    return "\n".join(lines)


def _rating(one: Document, rating: str) -> str:
    said, found = one["customary"].get(rating), one[rating]
    return found if said in (found, None) else f"{said} → **{found}**"


def _place(name: str) -> tuple[bool, bool, str]:
    """Production first, what belongs to all last."""
    return name in _PLACES, name != "prod", name


def _mib(size: int) -> str:
    return f"{size / _MIB:.0f} MiB" if size >= _MIB else "less than 1 MiB"


def _times(one: float, alone: float) -> str:
    return f"{one / alone:.2f}" if alone else "—"
