"""The tables of what architectures cost, from the figures that the benchmark keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from benchmarks.architectures import kept
from benchmarks.costs import Figures, Measured
from benchmarks.measure import BUSY

from partywall import catalog
from partywall.architectures.customary import RATINGS
from partywall.model.choices import CacheWall, Choices, DatabaseWall, Presence, RouteBy, Source
from partywall.proof.probe import Verdict
from partywall.workflows.architectures import ordered

BEGIN = "<!-- Made by `make docs` from benchmarks/results/architectures.json; do not edit. -->\n"
END = "<!-- Until here. -->\n"
MISSING = "Not measured yet."
FOLDER = Path(__file__).parents[2] / "docs" / "architectures"
INDEX = FOLDER / "README.md"
FIRST = "docker"
"""The engine whose figures stand in the comparison."""
ASKED = {
    "dual": "a line, and a second host name",
    "shared": "a line, and an app that uses its prefix",
    "profiles": "a line",
    "branches": "a line, and a branch for each",
    "ports": "a line, and an open port",
    "schemas": "a line, and an app without `public.`",
    "limits": "two words",
    "snapshots": "a line",
    "flags": "a line, and an app with flags",
}
"""What is left to do when Partywall does the rest."""
_PLACES = {"shared": "shared servers", "machine": "the edge"}
_EFFICIENT = ((0.6, "very high"), (0.85, "high"), (1.1, "medium"))
"""Up to so much of `dual`'s memory."""


def pages() -> dict[Path, str]:
    """Every page with its tables as the figures have them now."""
    every = kept()
    made = {
        FOLDER / f"{name}.md": filled(FOLDER / f"{name}.md", [table(name, every)])
        for name in catalog.presets()
    }
    first = every.get(FIRST)
    tables = [comparison(first), ratings(first)] if first else [MISSING, MISSING]
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


def table(name: str, every: Mapping[str, Measured]) -> str:
    """What one architecture takes, on each engine, and beside `dual`."""
    said = [
        (engine, one, one.architectures[name])
        for engine, one in sorted(every.items())
        if name in one.architectures
    ]
    if not said:
        return MISSING
    lines = [
        "| |" + "".join(f" {engine} | beside `dual` |" for engine, *_ in said),
        "|---|" + "---|---|" * len(said),
    ]
    checkouts = catalog.presets()[name].choices.get("source") is Source.BRANCH
    rows = [list(_rows(one, figures, checkouts=checkouts)) for _, one, figures in said]
    titles = dict.fromkeys(title for each in rows for title, _, _ in each)
    found = [{title: (one, ratio) for title, one, ratio in each} for each in rows]
    for title in titles:
        cells = (each.get(title, ("—", "")) for each in found)
        lines.append(f"| {title} |" + "".join(f" {one} | {ratio} |" for one, ratio in cells))
    return "\n".join(lines)


def _rows(run: Measured, one: Figures, *, checkouts: bool) -> Iterator[tuple[str, str, str]]:
    yield "memory at rest", f"{one.total_mib} MiB", _ratio(one.memory_ratio)
    for place, size in sorted(one.memory_mib.items(), key=lambda each: _place(each[0])):
        yield f"· of it {_PLACES.get(place, place)}", f"{size} MiB", ""
    yield "disk, when new", f"{one.disk_mib} MiB", _ratio(one.disk_ratio)
    if checkouts:
        size = f"{one.files_mib} MiB" if one.files_mib else "less than 1 MiB"
        yield "· of it files of checkouts", size, ""
    yield "servers and programs that run", str(one.running), ""
    yield "steps of the plan that makes it", str(one.things), ""
    yield "time of that plan", "", _time(run, one.up_ratio)
    if one.switch_ratio is not None:
        yield "downtime of a switch, beside one by hand", _time(run, one.switch_ratio), ""
    for verdict, number in sorted(one.walls.items()):
        yield f"attempts of the proof: {verdict}", str(number), ""


def comparison(measured: Measured) -> str:
    """All architectures beside each other."""
    lines = [
        "| | architecture | in one sentence | memory | disk | time of `up` | runs | wall |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for preset in ordered():
        one = measured.architectures.get(preset.name)
        named = (preset.letter, f"[{preset.name}]({preset.name}.md)", preset.title)
        found = _compared(measured, one) if one else ("—",) * 5
        lines.append(f"| {' | '.join((*named, *found))} |")
    return "\n".join(lines)


def _compared(run: Measured, one: Figures) -> tuple[str, ...]:
    return (
        f"{one.total_mib} MiB, {_ratio(one.memory_ratio)}",
        _ratio(one.disk_ratio),
        _time(run, one.up_ratio),
        str(one.running),
        _walls(one.walls),
    )


def _walls(walls: Mapping[str, int]) -> str:
    said = [f"{number} {verdict}" for verdict, number in walls.items() if number]
    return ", ".join(sorted(said, key=lambda one: not one.endswith("held")))


def _place(name: str) -> tuple[bool, bool, str]:
    """Production first, what belongs to all last."""
    return name in _PLACES, name != "prod", name


def _time(run: Measured, value: float) -> str:
    """A ratio of times; taken beside others at work it would tell about them."""
    return _ratio(value) if run.busy_share <= BUSY else "—"


def _ratio(value: float) -> str:
    return f"{value:.2f}"


def ratings(measured: Measured) -> str:
    """What is customarily said of each, and what was found where that differs."""
    lines = [
        "| | both at once | data isolation | resource efficiency | schema testing | complexity |",
        "|---|---|---|---|---|---|",
    ]
    for preset in ordered():
        one = measured.architectures.get(preset.name)
        if one and preset.name in RATINGS:
            found = _found(preset.name, preset.over(Choices()), one)
            cells = map(_rating, _customary(preset.name), found)
            lines.append(f"| [{preset.name}]({preset.name}.md) | {' | '.join(cells)} |")
    return "\n".join(lines)


def _customary(name: str) -> tuple[str, ...]:
    return tuple(str(word.value) for word in msgspec.structs.astuple(RATINGS[name]))


def _rating(customary: str, found: str) -> str:
    return customary if found == customary else f"{customary} → **{found}**"


def _found(name: str, choices: Choices, one: Figures) -> tuple[str, str, str, str, str]:
    alone = choices.presence is Presence.SINGLE
    both = "yes" if one.memory_mib.get("dev") else "n.a." if alone else "no"
    efficient = next((word for most, word in _EFFICIENT if one.memory_ratio <= most), "low")
    standing = choices.presence in (Presence.TOGETHER, Presence.SWITCHED)
    tests = "yes" if standing else "no" if alone else "not in this version"
    return both, _isolation(choices, one.walls), efficient, tests, ASKED[name]


def _isolation(choices: Choices, walls: Mapping[str, int]) -> str:
    if walls.get(Verdict.CROSSED):
        return "crossed"
    if choices.presence is Presence.SINGLE:
        return "none"
    if choices.database is DatabaseWall.SCHEMA:
        return "schema-level"
    if choices.cache is CacheWall.KEYSPACE:
        return "rows by server, keys and messages by rights"
    return "full, but for scripts and cookies" if choices.route is RouteBy.PORT else "full"
