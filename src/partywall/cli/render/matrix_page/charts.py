"""Charts of bars: one row each, drawn in shares of its width so that words keep their size."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import msgspec

from partywall.cli.render.matrix_page.markup import Markup, joined, tag

_HIGH = 18


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a bar."""

    kind: str
    """Its class, which gives its colour."""
    size: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A bar with its words."""

    name: str
    value: str
    says: str
    """The whole of it in words, for who cannot see it."""
    parts: tuple[Part, ...] = ()
    also: str = ""
    """Behind the name, smaller."""
    beside: str = ""
    """Behind the value, fainter."""
    below: str = ""
    """Below the value, fainter."""
    tick: float | None = None
    """Where what it is compared with ends."""
    span: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    """Two sets of values, of which the second is joined to the first: quiet, and burning."""

    @property
    def most(self) -> float:
        """The largest value in it."""
        spans = [one for several in self.span or () for one in several]
        return max(sum(part.size for part in self.parts), self.tick or 0.0, *spans, 0.0)


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Rows on one scale that begins with nothing."""

    title: str
    note: str
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, str], ...] = ()
    """Class and words; `tick` and `dot quiet` are drawn as what they are."""


def figure(chart: Chart) -> Markup:
    """A chart as an element; without rows there is none."""
    if not chart.rows:
        return Markup()
    # A little room on the right: a dot or a line at the very end is seen whole.
    scale = max(row.most for row in chart.rows) * 1.02 or 1.0
    rows = joined(_row(row, scale) for row in chart.rows)
    legend = joined(tag("li", _swatch(kind), words) for kind, words in chart.legend)
    return tag(
        "figure",
        tag("figcaption", tag("h3", chart.title), tag("p", chart.note)),
        tag("ul", legend, class_="legend") if chart.legend else None,
        tag("ul", rows, class_="rows"),
        class_="chart",
    )


def _row(row: Row, scale: float) -> Markup:
    name = tag("span", row.name, tag("small", row.also) if row.also else None, class_="name")
    # Words instead of a value may be broken, a value may not.
    kind = "value words" if row.value[:1].isalpha() else "value"
    beside = (" ", tag("small", row.beside)) if row.beside else ()
    below = tag("small", row.below, class_="below") if row.below else None
    value = tag("span", row.value, *beside, below, class_=kind)
    return tag("li", name, _bar(row, scale), value)


def _bar(row: Row, scale: float) -> Markup:
    content = [tag("title", row.says), _rect("track", 0, 1)]
    start = 0.0
    for part in row.parts:
        content.append(_rect(part.kind, start / scale, part.size / scale))
        start += part.size
    if row.span:
        content += _spanned(*row.span, scale)
    if row.tick is not None:
        content.append(_line("tick", row.tick / scale))
    return tag("svg", joined(content), class_="bar", role="img", width="100%", height=_HIGH)


def _spanned(quiet: Sequence[float], burning: Sequence[float], scale: float) -> list[Markup]:
    middle = [median(several) / scale for several in (quiet, burning) if several]
    drawn = []
    if len(middle) == 2:
        y = _HIGH / 2
        ends = {"x1": _share(middle[0]), "x2": _share(middle[1])}
        drawn.append(tag("line", class_="span", y1=f"{y:g}", y2=f"{y:g}", **ends))
    for kind, several in (("dot quiet", quiet), ("dot production", burning)):
        drawn += [_dot(f"{kind} each", one / scale, 2) for one in several]
        drawn += [_dot(kind, median(several) / scale, 5)] if several else []
    return drawn


def _rect(kind: str, start: float, size: float) -> Markup:
    return tag(
        "rect", class_=kind, x=_share(start), y=3, width=_share(size), height=_HIGH - 6, rx=2
    )


def _line(kind: str, at: float) -> Markup:
    return tag("line", class_=kind, x1=_share(at), x2=_share(at), y1=0, y2=_HIGH)


def _dot(kind: str, at: float, radius: int) -> Markup:
    return tag("circle", class_=kind, cx=_share(at), cy=_HIGH // 2, r=radius)


def _share(part: float) -> str:
    return f"{100 * part:.2f}%"


def _swatch(kind: str) -> Markup:
    shape = {
        "tick": tag("line", class_="tick", x1=6, x2=6, y1=0, y2=12),
        "dot quiet": tag("circle", class_=kind, cx=6, cy=6, r=5),
        "dot production": tag("circle", class_=kind, cx=6, cy=6, r=5),
    }.get(kind) or tag("rect", class_=kind, width=12, height=12, rx=2)
    return tag("svg", shape, width=12, height=12, aria_hidden="true")
