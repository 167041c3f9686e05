"""The tables of the page: ratings, where they differ, what each architecture's figures are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from partywall.cli.render.matrix_page.markup import Markup, joined, sheet, tag
from partywall.cli.render.matrix_page.measured import figure_rows, gap_words
from partywall.cli.render.matrix_words import TITLES, Document
from partywall.proof.matrix.figures import Change, Figures
from partywall.proof.matrix.rules import rules
from partywall.proof.probe import Verdict

_RULES = ("rating", "word", "when")


def anchor(at: int) -> str:
    """The name of an architecture's part of the page; names of users are no ids."""
    return f"a{at}"


def ratings(every: Mapping[str, Document], letters: Mapping[str, str]) -> Markup:
    """All ratings, with the customary word where it is another one."""
    rows = [
        [_named(at, name, letters.get(name, "")), *_rated(one)]
        for at, (name, one) in enumerate(every.items())
    ]
    return sheet(
        *rows,
        head=("Architecture", *map(_capital, TITLES.values())),
        title="Ratings",
        kind="ratings",
    )


def _named(at: int, name: str, letter: str) -> Markup:
    link = tag("a", name, href=f"#{anchor(at)}")
    return tag("th", lettered(letter), link, scope="row")


def lettered(letter: str) -> Markup:
    """What an architecture is customarily called; one of several, or of none, has a plus."""
    return tag("span", letter if len(letter) == 1 else "+", " ", class_="letter")


def _rated(one: Document) -> Iterator[Markup]:
    said = customary(one)
    for rating in TITLES:
        word = str(one.get(rating, ""))
        kind = "crossed" if word == "crossed" else "otherwise" if rating in said else None
        yield tag("td", word_of(word, said.get(rating)), class_=kind)


def customary(one: Document) -> dict[str, str]:
    """Rating → the customary word, where another one was found."""
    return {str(each["rating"]): str(each["customary"]) for each in one["disagreements"]}


def word_of(word: str, said: str | None) -> Markup:
    """A rating, and below it what is customarily said instead."""
    found = tag("span", word, class_="word")
    other = tag("span", "customarily ", tag("s", said), class_="said") if said else None
    return joined((found, " ", other))


def differences(every: Mapping[str, Document]) -> Markup:
    """Each rating that is otherwise, and the figures that made it so."""
    return tag(
        "ul",
        joined(
            tag(
                "li",
                tag("b", name),
                f" · {TITLES.get(str(each['rating']), each['rating'])}: customarily ",
                f"{each['customary']}, found ",
                tag("span", each["found"], class_="found"),
                tag("p", each["why"]),
            )
            for name, one in every.items()
            for each in one["disagreements"]
        ),
        class_="differences",
    )


def figures_table(one: Figures) -> Markup:
    """What was measured of one architecture."""
    rows = [(tag("th", name, scope="row"), _number(said)) for name, said in figure_rows(one)]
    return sheet(*rows, head=("what", _right("found")), title="Figures", kind="figures")


def walls_table(one: Figures) -> Markup:
    """How many attempts each probe made, and what came of them."""
    found = {verdict for each in one.walls.probes.values() for verdict in each}
    verdicts = [verdict for verdict in Verdict if verdict in found]
    rows = [
        (tag("th", probe, scope="row"), *(_attempts(each, verdict) for verdict in verdicts))
        for probe, each in sorted(one.walls.probes.items())
    ]
    heads = ("wall", *(_right(verdict.value) for verdict in verdicts))
    table = sheet(*rows, head=heads, title="Attempts of the proof", kind="walls")
    through = joined(tag("li", said) for said in one.walls.crossed)
    return joined((table, tag("ul", through, class_="hand crossed") if through else None))


def _attempts(found: Mapping[str, int], verdict: Verdict) -> Markup:
    number = found.get(verdict, 0)
    alarm = "number crossed" if number and verdict is Verdict.CROSSED else "number"
    return tag("td", number or "—", class_=alarm)


def changes_table(one: Figures) -> Markup | None:
    """What was done to production under load."""
    if not one.changes:
        return None
    rows = [
        (tag("th", change.kind, scope="row"), *map(_number, _change(change)))
        for change in one.changes
    ]
    heads = ("what was done", *map(_right, ("requests", "failed", "longest gap")))
    return sheet(*rows, head=heads, title="Production meanwhile", kind="changes")


def _change(one: Change) -> tuple[str, str, str]:
    return str(one.asked), str(one.failed), gap_words(one.gap_seconds)


def rules_table() -> Markup:
    """How words follow from figures."""
    known = ""
    rows = []
    for rating, word, when in rules():
        # A rating is named once, before its first word.
        title = "" if rating == known else _capital(TITLES[rating])
        known = rating
        cell = tag("th", title, scope="row") if title else tag("td")
        rows.append((cell, tag("td", word), tag("td", when.replace("`", ""))))
    heads = map(_capital, _RULES)
    return sheet(*rows, head=heads, title="How ratings are derived", kind="rules")


def _number(said: object) -> Markup:
    return tag("td", said, class_="number")


def _right(said: str) -> Markup:
    """A head over numbers: it ends where they do."""
    return tag("span", said, class_="right")


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
