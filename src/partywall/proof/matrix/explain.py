"""Ratings said with the figures that gave them, a sentence each; pure."""

from __future__ import annotations

from partywall.model.ratings import (
    Complexity,
    Efficiency,
    Isolation,
    ParallelRun,
    Ratings,
    SchemaTesting,
)
from partywall.proof.matrix import thresholds as t
from partywall.proof.matrix.figures import Figures
from partywall.proof.matrix.measures import (
    beside_alone,
    burden,
    crossings,
    many_checkouts,
    on_data,
    shared_walls,
    unshown,
)
from partywall.proof.probe import Verdict

_MIB = 1 << 20
_UP_TO = {
    Efficiency.VERY_HIGH: t.VERY_HIGH,
    Efficiency.HIGH: t.HIGH,
    Efficiency.MEDIUM: t.MEDIUM,
}


def explained(figures: Figures, found: Ratings) -> dict[str, str]:
    """Rating → sentence.

    Args:
        figures: what was measured.
        found: what was derived from it.
    """
    return {
        "parallel_run": _parallel(figures, found.parallel_run),
        "data_isolation": _isolation(figures, found.data_isolation),
        "resource_efficiency": _efficiency(figures),
        "schema_testing": _testing(figures, found.schema_testing),
        "complexity": _complexity(figures, found.complexity),
    }


def _parallel(figures: Figures, found: ParallelRun) -> str:
    asked = figures.parallel.asked
    if found is ParallelRun.NOT_APPLICABLE:
        return "There is no second environment."
    if not asked:
        return "They were never asked at the same moment."
    if found is ParallelRun.YES:
        return f"Both answered at each of {_count(asked, 'moment')}."
    return f"Both answered at {figures.parallel.both} of {_count(asked, 'moment')}."


def _isolation(figures: Figures, found: Isolation) -> str:
    walls, held = figures.walls, on_data(figures.walls)[Verdict.HELD]
    if found is Isolation.CROSSED:
        number = max(crossings(walls), len(walls.crossed))
        return f"{_count(number, 'attempt')} came through{_first(walls.crossed)}."
    if figures.parallel.environments < 2:
        return "There is no second environment's data."
    if found is Isolation.SCHEMA:
        return f"Rows of both are in one database, a schema for each; {_shared(figures)}."
    if found is Isolation.DATABASE:
        return f"{_capital(_shared(figures))}."
    return _apart(figures, found, held)


def _apart(figures: Figures, found: Isolation, held: int) -> str:
    missing = unshown(figures.walls)
    if held and not missing:
        return f"{_count(held, 'attempt')} on data held, and nothing with data is shared."
    tried = f"nothing could be shown at {_listed(missing)}" if missing else "nothing could be tried"
    if found is Isolation.NONE:
        return f"{_capital(tried)}, and nothing else shows that data are apart."
    own = _count(sum(figures.walls.own_stores.values()), "place")
    return f"{_capital(tried)}, but each of {own} with data is one environment's own."


def _shared(figures: Figures) -> str:
    walls = figures.walls
    found, places = on_data(walls), walls.common_stores
    parts = [f"{_count(found[Verdict.HELD], 'attempt')} on data held"]
    if names := shared_walls(walls):
        given = found[Verdict.SHARED]
        parts.append(f"{given} {_are(given)} shared by design ({_listed(names)})")
    if places:
        parts.append(f"{_count(places, 'place')} with data {_are(places)} used by both")
    return _listed(parts)


def _efficiency(figures: Figures) -> str:
    beside = beside_alone(figures)
    bound = next((e for e, most in _UP_TO.items() if beside <= most), Efficiency.LOW)
    said = (
        f"Memory is {_size(figures.taken.memory)}, {beside:.2f} times that of production alone "
        f"({_size(figures.alone.memory)})"
    )
    most = _UP_TO.get(bound)
    rule = f"{bound} is up to {most:.2f}" if most else f"more than {t.MEDIUM:.2f} is {bound}"
    if not many_checkouts(figures):
        return f"{said}; {rule}."
    files, disk = _size(figures.taken.files_bytes), _size(figures.alone.disk)
    share = f"more than {t.CHECKOUTS * 100:.0f} % of its disk ({disk})"
    return f"{said}; {rule}, and checkouts of {files}, {share}, take it one step lower."


def _testing(figures: Figures, found: SchemaTesting) -> str:
    one = figures.migration
    if found is SchemaTesting.YES:
        return "A migration ran in development, and production's schema stayed as it was."
    why = f": {one.why.rstrip('.')}" if one.why else ""
    if not one.tried:
        return f"No migration could be tried{why}."
    if one.production_changed:
        return f"A migration in development changed production's schema{why}."
    return f"A migration in development did not work{why}."


def _complexity(figures: Figures, found: Complexity) -> str:
    points, effort = burden(figures), figures.effort
    alone = f"beside {figures.alone.running} of production alone"
    parts = [
        (f"{_count(figures.taken.running, 'program')} {alone}", points.running),
        (f"{_count(max(0, effort.settings_lines), 'line')} of settings", points.lines),
        (_count(effort.rights, "right"), points.rights),
        (f"{_count(len(effort.manual), 'step')} by hand", points.manual),
    ]
    itemised = ", ".join(f"{what} ({_points(size)})" for what, size in parts if size)
    said = itemised or "nothing beyond production alone"
    bounds = {Complexity.LOW: f"up to {_points(t.LOW)}", Complexity.MEDIUM: f"up to {t.FAIR:g}"}
    rule = f"{found} is {bounds[found]}" if found in bounds else f"more than {t.FAIR:g} is {found}"
    total = _points(points.points)
    return f"{total} {'point' if total == '1' else 'points'}; {rule}: {said}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _points(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _first(sentences: tuple[str, ...]) -> str:
    return f": {sentences[0].rstrip('.')}" if sentences else ""


def _size(amount: int) -> str:
    return f"{amount / _MIB:.0f} MiB"


def _count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
