"""The whole page: what was found, how it was derived, and each architecture by itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping

from partywall import catalog
from partywall.cli.render.columns import clean
from partywall.cli.render.matrix_page import tables
from partywall.cli.render.matrix_page.charts import figure
from partywall.cli.render.matrix_page.markup import Markup, joined, scrolled, tag
from partywall.cli.render.matrix_page.measured import charts
from partywall.cli.render.matrix_page.stylesheet import style_sheet
from partywall.cli.render.matrix_page.topology import topology
from partywall.cli.render.matrix_words import (
    QUICK,
    TITLES,
    Document,
    crossed,
    machine_words,
    summary,
)
from partywall.proof.matrix.derive import figures_of
from partywall.proof.matrix.figures import Figures

_JOINTS = "M0 8H36M9 0V8M27 8V16"


def page(document: Document) -> str:
    """The document of `matrix --json` as one HTML page.

    It asks nothing of the network, runs no script, and a browser is told to allow neither.

    Args:
        document: as `rated` gives it, with topologies where they are known.

    Raises:
        BadInput: when its figures are not such as this version writes.
    """
    every: Mapping[str, Document] = document.get("architectures") or {}
    figures = {name: figures_of(name, one) for name, one in every.items()}
    body = tag(
        "body",
        tag("a", "To the ratings", href="#ratings", class_="skip"),
        _bricks(),
        tag(
            "div",
            _head(document, every),
            tag("main", joined(_main(document, every, figures))),
            _foot(),
            class_="page",
        ),
    )
    return f"<!doctype html>\n{tag('html', _about(document), body, lang='en')}\n"


def _about(document: Document) -> Markup:
    css = Markup(style_sheet())
    title = f"{clean(document.get('project', ''))}: the matrix of architectures"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=Markup(_policy(css))),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", css),
    )


def _policy(css: str) -> str:
    """Nothing is fetched, run, sent or framed; this very style sheet is all that there is."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    allowed = f"style-src 'sha256-{digest}'; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _bricks() -> Markup:
    """The party wall, across the top."""
    stone = tag("rect", class_="stone", width=36, height=16)
    joint = tag("path", class_="joint", d=_JOINTS)
    units = {"width": 36, "height": 16, "patternUnits": "userSpaceOnUse"}
    pattern = tag("pattern", stone, joint, id="wall", **units)
    face = tag("rect", width="100%", height=16, fill="url(#wall)")
    return tag("svg", tag("defs", pattern), face, class_="bricks", aria_hidden="true")


def _head(document: Document, every: Mapping[str, Document]) -> Markup:
    engine, machine = clean(document.get("engine", "")), document.get("machine") or {}
    where = ", ".join(part for part in (engine, machine_words(machine)) if part)
    links = joined(
        tag("li", tag("a", name, href=f"#{tables.anchor(at)}")) for at, name in enumerate(every)
    )
    return tag(
        "header",
        tag("p", "Partywall · the matrix of architectures", class_="over"),
        tag("h1", document.get("project", "")),
        tag("p", f"{summary(document)}.", class_="lede"),
        tag("p", f"Measured on {where}.", class_="soft"),
        _alarm(crossed(document)),
        tag("p", QUICK, class_="note") if document.get("quick") else None,
        tag("nav", tag("ul", links), aria_label="Architectures") if links else None,
    )


def _alarm(names: list[str]) -> Markup | None:
    if not names:
        return None
    said = f"Something came through a wall of {', '.join(names)}; what it was stands there, in red."
    return tag("p", said, class_="note crossed")


def _main(
    document: Document, every: Mapping[str, Document], figures: Mapping[str, Figures]
) -> Iterator[Markup]:
    presets = catalog.presets()
    letters = {name: presets[name].letter for name in every if name in presets}
    if every:
        yield from _found(every, letters)
        yield from _charts(figures, str(document.get("production", "prod")))
    yield from _missing(document.get("not_measured") or {})
    if every:
        yield tag("h2", "One by one", id="each")
    for at, (name, one) in enumerate(every.items()):
        title = presets[name].title if name in presets else ""
        head = joined((tables.lettered(letters.get(name, "")), name))
        yield _architecture(tables.anchor(at), head, title, one, figures[name])
    yield tag("h2", "How ratings are derived")
    yield _lead(
        "Each follows from the figures above and nothing else. The bounds were chosen before "
        "anything was measured; the first line that is true gives the word."
    )
    yield tables.rules_table()


def _found(every: Mapping[str, Document], letters: Mapping[str, str]) -> Iterator[Markup]:
    yield tag("h2", "What was found", id="ratings")
    yield _lead(
        "Each rating is derived from figures by fixed thresholds. Where it is another one than is "
        "customarily said of that architecture, both are shown."
    )
    yield tables.ratings(every, letters)
    if any(one["disagreements"] for one in every.values()):
        yield tag("h2", "Where it is otherwise, and why")
        yield tables.differences(every)


def _charts(figures: Mapping[str, Figures], production: str) -> Iterator[Markup]:
    yield tag("h2", "What they take")
    yield _lead("Behind a value stands what it is in multiples of production alone, same run.")
    drawn = joined(figure(chart) for chart in charts(figures, production))
    yield tag("div", drawn, class_="charts")


def _missing(reasons: Mapping[str, object]) -> Iterator[Markup]:
    if reasons:
        said = joined(tag("li", tag("b", name), ": ", why) for name, why in reasons.items())
        yield tag("h2", "What was not measured")
        yield tag("ul", said, class_="hand")


def _architecture(at: str, head: Markup, title: str, one: Document, figures: Figures) -> Markup:
    picture = None
    if kept := one.get("topology"):
        picture = scrolled(topology(kept, f"{at}-drawing"), "The topology, drawn")
    return tag(
        "section",
        tag("h3", head, id=at),
        _lead(title),
        tag("div", picture, class_="picture") if picture else None,
        _reasons(one),
        tag("div", *_details(figures), class_="tables"),
        class_="architecture",
        aria_labelledby=at,
    )


def _reasons(one: Document) -> Markup:
    """The five ratings, each with the figures that gave it."""
    said, why = tables.customary(one), one["explained"]
    rows = joined(
        tag(
            "div",
            tag("dt", title.capitalize()),
            tag(
                "dd",
                tag("div", tables.word_of(str(one[rating]), said.get(rating))),
                tag("p", why[rating]),
            ),
        )
        for rating, title in TITLES.items()
    )
    return tag("dl", rows, class_="reasons")


def _details(figures: Figures) -> Iterator[Markup]:
    yield tables.figures_table(figures)
    hands = joined(tag("li", said) for said in figures.effort.manual)
    notes = joined(tag("li", said) for said in figures.notes)
    changes = tables.changes_table(figures)
    yield tag(
        "div",
        tables.walls_table(figures),
        changes,
        tag("h4", "By hand") if hands else None,
        tag("ul", hands, class_="hand") if hands else None,
        tag("h4", "Notes") if notes else None,
        tag("ul", notes, class_="hand") if notes else None,
    )


def _lead(words: str) -> Markup:
    return tag("p", words, class_="lead")


def _foot() -> Markup:
    return tag(
        "footer",
        "One file, without scripts; it asks nothing of the network. The same figures for programs: "
        "partywall matrix --json.",
    )
