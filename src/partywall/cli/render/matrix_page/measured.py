"""The charts of a matrix: memory, disk, time of `up`, percentiles, outages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

from partywall.cli.render.amounts import memory, stopwatch
from partywall.cli.render.columns import clean, count
from partywall.cli.render.matrix_page.charts import Chart, Part, Row
from partywall.cli.render.matrix_words import in_order, place_name
from partywall.model.world import MACHINE, SHARED
from partywall.proof.matrix.figures import Burn, Change, Figures, Taken

Every = Mapping[str, Figures]
_TIMES = "\N{MULTIPLICATION SIGN}"
_OTHERS = 3
"""Colours there are for environments other than production."""


def charts(every: Every, production: str) -> list[Chart]:
    """All that have something to show."""
    made = [
        _memory(every, production),
        _disk(every),
        _start(every),
        _percentiles(every),
        _outages(every),
    ]
    return [chart for chart in made if chart.rows]


def _memory(every: Every, production: str) -> Chart:
    kinds = _kinds(every, production)
    return Chart(
        title="Memory at rest",
        note="Of everything that runs, without the cache that the kernel would give back first.",
        rows=tuple(_memory_row(name, one, kinds, production) for name, one in every.items()),
        legend=(
            *((kind, place_name(place)) for place, kind in kinds.items()),
            ("tick", "production alone"),
        ),
    )


def _kinds(every: Every, production: str) -> dict[str, str]:
    """Place → class: the same in every bar."""
    places = {place: 0 for one in every.values() for place in one.taken.memory_bytes}
    said = {production: "production", SHARED: SHARED, MACHINE: MACHINE}
    others = [name for name, _ in in_order(places, production) if name not in said]
    said |= {name: f"place{at % _OTHERS}" for at, name in enumerate(others)}
    return {name: said[name] for name, _ in in_order(places, production)}


def _memory_row(name: str, one: Figures, kinds: Mapping[str, str], production: str) -> Row:
    places = in_order(one.taken.memory_bytes, production)
    said = ", ".join(f"{place_name(place)} {memory(size)}" for place, size in places)
    alone = one.alone.memory
    return Row(
        name=name,
        value=memory(one.taken.memory),
        beside=_times(one.taken.memory, alone),
        says=f"{name}: {said}; production alone {memory(alone)}",
        parts=tuple(Part(kind=kinds[place], size=size) for place, size in places),
        tick=alone,
    )


def _times(one: float, other: float) -> str:
    return f"{one / other:.2f} {_TIMES}" if other else ""


def _disk(every: Every) -> Chart:
    return Chart(
        title="Disk, when new",
        note="Of volumes and checkouts just after the start. Images are the same for all.",
        rows=tuple(_disk_row(name, one) for name, one in every.items()),
        legend=(("place0", "volumes"), ("shared", "checkouts"), ("tick", "production alone")),
    )


def _disk_row(name: str, one: Figures) -> Row:
    taken, alone = one.taken, one.alone.disk
    said = f"volumes {memory(taken.data_bytes)}, checkouts {memory(taken.files_bytes)}"
    return Row(
        name=name,
        value=memory(taken.disk),
        beside=_times(taken.disk, alone),
        says=f"{name}: {said}; production alone {memory(alone)}",
        parts=(
            Part(kind="place0", size=taken.data_bytes),
            Part(kind="shared", size=taken.files_bytes),
        ),
        tick=alone,
    )


def _start(every: Every) -> Chart:
    return Chart(
        title="Time of the first start",
        note="The whole of partywall up, with nothing there but the images.",
        rows=tuple(_start_row(name, one.taken, one.alone) for name, one in every.items()),
        legend=(("place0", "all of it"), ("tick", "production alone")),
    )


def _start_row(name: str, taken: Taken, alone: Taken) -> Row:
    said = stopwatch(taken.up_seconds)
    return Row(
        name=name,
        value=said,
        beside=_times(taken.up_seconds, alone.up_seconds),
        says=f"{name}: {said}; production alone {stopwatch(alone.up_seconds)}",
        parts=(Part(kind="place0", size=taken.up_seconds),),
        tick=alone.up_seconds,
    )


def _percentiles(every: Every) -> Chart:
    return Chart(
        title="Production beside a burning development",
        note="The 99th percentile of production's answers, in milliseconds: at rest, and while "
        "development uses all that it may. Small dots are single runs.",
        rows=tuple(_burn_row(name, burn) for name, one in every.items() for burn in one.burns),
        legend=(("dot quiet", "at rest"), ("dot production", "development burns")),
    )


def _burn_row(name: str, burn: Burn) -> Row:
    also = "with a budget" if burn.limits else "no budget"
    quiet, burning = (", ".join(f"{ms:.1f}" for ms in each) for each in _runs(burn))
    said = f"at rest {quiet or 'not measured'} ms, burning {burning or 'not measured'} ms"
    ratio = f"{burn.ratio:.2f} {_TIMES}, " if burn.ratio is not None else ""
    why = f", {clean(burn.why)}" if burn.why else ""
    return Row(
        name=name,
        also=also,
        value=_medians(burn),
        below=f"{ratio}{burn.word}",
        says=f"{name}, {also}: {said}: {burn.word}{why}",
        span=_runs(burn) if burn.quiet_ms or burn.burning_ms else None,
    )


def _medians(burn: Burn) -> str:
    said = [f"{median(each):.1f}" for each in _runs(burn) if each]
    return f"{' → '.join(said)} ms" if said else ""


def _runs(burn: Burn) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return burn.quiet_ms, burn.burning_ms


def _outages(every: Every) -> Chart:
    return Chart(
        title="Longest time without an answer",
        note="Production under a steady load while something is done to it.",
        rows=tuple(_outage(name, each) for name, one in every.items() for each in one.changes),
    )


def _outage(name: str, one: Change) -> Row:
    gap = gap_words(one.gap_seconds)
    failed = f"{one.failed} of {count(one.asked, 'request')} failed"
    return Row(
        name=name,
        also=one.kind,
        value=gap,
        beside=f"{one.failed} failed" if one.failed else "none failed",
        says=f"{name}, {one.kind}: {gap} without an answer, {failed}",
        parts=(Part(kind="production", size=one.gap_seconds),),
    )


def gap_words(seconds: float) -> str:
    """A time given in seconds; below one of them in milliseconds."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else stopwatch(seconds)


def figure_rows(one: Figures) -> Iterator[tuple[str, str]]:
    """What the charts leave out of an architecture, as names and values."""
    taken, effort, alone = one.taken, one.effort, one.alone
    yield "memory", f"{memory(taken.memory)} ({memory(alone.memory)} alone)"
    if one.estimate_bytes is not None:
        yield "memory that was estimated from the files", memory(one.estimate_bytes)
    if one.informed_bytes is not None:
        yield "memory that was estimated from production alone", memory(one.informed_bytes)
    yield "disk of volumes", f"{memory(taken.data_bytes)} ({memory(alone.data_bytes)} alone)"
    yield "disk of checkouts", memory(taken.files_bytes)
    yield "servers and programs", f"{taken.running} ({alone.running} alone)"
    yield "cores used at rest", f"{taken.idle_cores:.2f}"
    yield (
        "time of the first start",
        f"{stopwatch(taken.up_seconds)} ({stopwatch(alone.up_seconds)} alone)",
    )
    yield "things in the plan", str(effort.things)
    yield "lines of plain Compose for the same", str(effort.rendered_lines)
    yield "lines of settings beyond dual", str(effort.settings_lines)
    yield "secrets", str(effort.secrets)
    yield "rights inside shared servers", str(effort.rights)
    yield "moments at which both answered", f"{one.parallel.both} of {one.parallel.asked}"
