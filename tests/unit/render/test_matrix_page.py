"""The page: nothing from elsewhere, nothing of a name's is markup, and everybody can read it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from architectures import plans
from fakes import measured
from partywall.cli.render.matrix_page import colours
from partywall.cli.render.matrix_page.charts import Chart, Part, Row, figure
from partywall.cli.render.matrix_page.markup import Markup, joined, tag, text
from partywall.cli.render.matrix_page.measured import charts, gap_words
from partywall.cli.render.matrix_page.page import page
from partywall.cli.render.matrix_page.stylesheet import style_sheet
from partywall.cli.render.matrix_page.topology import with_topologies
from partywall.cli.render.picture.ink import scoped
from partywall.model.errors import BadInput
from partywall.model.secret import SecretRef
from partywall.model.world import World
from partywall.proof.matrix.derive import rated
from partywall.proof.matrix.figures import Burn, Figures, Walls
from partywall.system.decoding import decode

EVIL = "<script>alert('\"&x')</script>"
VOID = {"meta", "link", "br"}


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in order; attributes and words are kept."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), f"an attribute twice at {tag}"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for one, attributes in self.elements if one == name]

    @property
    def said(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return with_topologies(rated(measured.document()), plans.worlds())


@pytest.fixture(scope="module")
def whole(document) -> str:
    return page(document)


@pytest.fixture(scope="module")
def reader(whole) -> Reader:
    return Reader(whole)


def test_it_is_a_page_in_english_for_any_width(whole, reader):
    assert whole.startswith('<!doctype html>\n<html lang="en">')
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in reader.of(
        "meta"
    )
    assert len(reader.of("h1")) == len(reader.of("main")) == 1
    assert "makapix: the matrix of architectures" in reader.said


def test_it_takes_nothing_from_elsewhere_and_runs_nothing(whole, reader):
    names = {name for name, _ in reader.elements}
    assert not names & {"script", "img", "iframe", "object", "embed", "form", "base", "audio"}
    for name, attributes in reader.elements:
        assert not [one for one in attributes if one.startswith("on") or one == "style"], name
        for one in ("href", "src", "srcset", "action", "data"):
            value = attributes.get(one)
            assert value is None or value.startswith("#") or value == "data:,"
    assert not re.search(r"url\((?!#)|@import|https?:|//[a-z]", whole)


def test_the_browser_is_told_to_allow_this_style_sheet_and_nothing_else(whole, reader):
    (policy,) = [
        one["content"]
        for one in reader.of("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    ]
    said = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert said["default-src"] == said["base-uri"] == said["form-action"] == "'none'"
    assert said["img-src"] == "data:"
    (css,) = re.findall(r"<style>(.*?)</style>", whole, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert said["style-src"] == f"'sha256-{digest}'"


def test_every_id_is_there_once_and_every_link_and_label_leads_to_one(reader):
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in reader.elements:
        labels = (attributes.get("aria-labelledby") or "").split()
        link = attributes.get("href") or ""
        assert set(labels) <= set(ids)
        assert not link.startswith("#") or link[1:] in ids
    for fill in re.findall(r"url\(#([^)]*)\)", str(reader.elements)):
        assert fill in ids


def test_headings_go_down_one_by_one(reader):
    levels = [int(name[1]) for name, _ in reader.elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1


def test_tables_have_captions_and_heads_and_can_be_scrolled_by_keys(reader):
    assert len(reader.of("table")) == len(reader.of("caption")) > 20
    assert {one.get("scope") for one in reader.of("th")} == {"col", "row"}
    scrolled = [one for one in reader.of("div") if one.get("class") == "scroll"]
    assert len(scrolled) == len(reader.of("table")) + 10
    for one in scrolled:
        assert one["tabindex"] == "0"
        assert one["role"] == "region"
        assert one["aria-label"]


def test_each_picture_says_what_it_shows_or_is_hidden_from_who_listens(whole):
    for opening, inside in re.findall(r"<svg([^>]*)>(.*?)</svg>", whole, re.DOTALL):
        if 'aria-hidden="true"' in opening:
            assert "<title>" not in inside
        else:
            assert 'role="img"' in opening
            assert re.search(r"<title[^>]*>[^<]{3,}</title>", inside)


def test_each_architecture_has_a_link_a_drawing_its_reasons_and_its_figures(document, whole):
    sections = re.findall(r"<section.*?</section>", whole, re.DOTALL)
    assert len(sections) == len(document["architectures"]) == 10
    for (name, one), section in zip(document["architectures"].items(), sections, strict=True):
        said = Reader(section).said
        assert name in said
        assert section.count('class="topology"') == 1
        for sentence in one["explained"].values():
            assert sentence in said
        for word in ("Figures", "Attempts of the proof", "Production meanwhile"):
            assert word in said
        (at,) = re.findall(r'<h3 id="([^"]*)"', section)
        assert whole.count(f'href="#{at}"') == 2


def test_what_is_customarily_said_stands_beside_what_was_found(document, reader):
    for name, one in document["architectures"].items():
        for each in one["disagreements"]:
            title = each["rating"].replace("_", " ").replace("parallel run", "both at once")
            line = f"{name} · {title}: customarily {each['customary']}, found {each['found']}"
            assert line in reader.said
            assert each["why"] in reader.said


def test_thresholds_stand_on_the_page(reader):
    assert "memory of all is up to 1.15 times that of production alone" in reader.said
    assert "checkouts take more than 25 % of production's disk" in reader.said


def wicked() -> dict[str, Any]:
    """Everything that a user or a program may have written is markup."""
    figures = measured.figures("shared")
    effort = msgspec.structs.replace(figures.effort, manual=(f"do {EVIL}",))
    taken = msgspec.structs.replace(figures.taken, memory_bytes={EVIL: 1 << 20, "prod": 1 << 20})
    walls = Walls(probes={EVIL: {"crossed": 1}}, crossed=(f"it read {EVIL}",))
    burn = Burn(limits=True, word=EVIL, quiet_ms=(1.0,), why=EVIL)
    change = msgspec.structs.replace(figures.changes[0], kind=EVIL)
    migration = msgspec.structs.replace(figures.migration, worked=False, why=EVIL)
    bad = msgspec.structs.replace(
        figures,
        effort=effort,
        taken=taken,
        walls=walls,
        burns=(burn,),
        changes=(change,),
        migration=migration,
    )
    return {
        "project": EVIL,
        "engine": EVIL,
        "machine": {"processor": EVIL, EVIL: EVIL},
        "quick": True,
        "architectures": {EVIL: {"figures": bad}, "shared": {"figures": bad}},
        "not_measured": {f"not {EVIL}": f"because {EVIL}"},
    }


def test_what_others_wrote_is_text_wherever_it_stands():
    worlds = {EVIL: plans.worlds()["dual"], "shared": World()}
    whole = page(with_topologies(rated(wicked()), worlds, (EVIL,)))
    reader = Reader(whole)
    assert "script" not in {name for name, _ in reader.elements}
    assert "<script" not in whole
    for words in (f"do {EVIL}", f"it read {EVIL}", f"because {EVIL}", f"not {EVIL}"):
        assert words in reader.said
    assert reader.said.count(EVIL) > 20


def test_secrets_and_control_characters_do_not_get_through():
    secret = str(SecretRef("POSTGRES_PASSWORD", 1))
    said = text(f"a{secret}b\x1b[2J\u202egpj")
    assert secret not in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_wall_that_was_crossed_is_said_at_the_top_and_what_is_noted_in_its_place(document):
    said = Reader(page(document)).said
    assert "came through a wall" not in said
    assert "no flag is defined" in said
    crossed = Reader(page(rated(wicked()))).said
    assert f"Something came through a wall of {EVIL}, shared" in crossed


def test_a_quick_run_and_what_was_not_measured_are_said(document):
    said = Reader(page({**document, "quick": True, "not_measured": {"x": "no room"}})).said
    assert "A quick run" in said
    assert "x: no room" in said
    assert "A quick run" not in Reader(page(document)).said


def test_without_anything_measured_there_is_a_page_that_says_why():
    empty = {"project": "club", "engine": "docker", "architectures": {}, "not_measured": {"a": "b"}}
    reader = Reader(page(empty))
    assert "0 architectures measured." in reader.said
    assert "a: b" in reader.said
    assert len(reader.of("table")) == 1


def test_a_document_that_was_kept_gives_the_same_page(document, whole):
    assert page(decode(msgspec.json.encode(document))) == whole


def test_an_architecture_without_a_topology_has_no_drawing(document):
    whole = page(rated(measured.document()))
    assert 'class="topology"' not in whole
    assert "One by one" in whole


def test_a_topology_of_another_shape_is_refused(document):
    one = {**document["architectures"]["dual"], "topology": {"rooms": 3}}
    with pytest.raises(BadInput, match="topology"):
        page({**document, "architectures": {"dual": one}})


def shares(svg: str, attribute: str, kind: str) -> list[float]:
    pattern = rf'<\w+ class="{kind}"[^>]* {attribute}="([\d.]+)%"'
    return [float(one) for one in re.findall(pattern, svg)]


def test_bars_are_as_long_as_what_they_stand_for():
    parts = (Part(kind="production", size=30), Part(kind="place0", size=10))
    rows = (
        Row(name="a", value="40", says="a: 40", parts=parts, tick=20),
        Row(name="b", value="80", says="b: 80", parts=(Part(kind="production", size=80),)),
    )
    drawn = figure(Chart(title="t", note="n", rows=rows))
    small, large = shares(drawn, "width", "production")
    assert small / large == pytest.approx(30 / 80, abs=0.001)
    (second,) = shares(drawn, "x", "place0")
    assert second == pytest.approx(small, abs=0.01)
    (tick,) = shares(drawn, "x1", "tick")
    assert tick / large == pytest.approx(20 / 80, abs=0.001)
    assert 90 < large <= 100


def test_a_chart_of_nothing_is_none_and_one_of_zeros_divides_by_nothing():
    assert figure(Chart(title="t", note="n", rows=())) == ""
    row = Row(name="a", value="0", says="a: 0", parts=(Part(kind="production", size=0),))
    assert shares(figure(Chart(title="t", note="n", rows=(row,))), "width", "production") == [0]


def test_percentiles_are_dots_at_the_median_joined_by_a_line():
    span = ((10.0, 30.0, 20.0), (50.0, 70.0))
    row = Row(name="a", value="v", says="s", span=span)
    drawn = figure(Chart(title="t", note="n", rows=(row,)))
    (quiet,) = shares(drawn, "cx", "dot quiet")
    (burning,) = shares(drawn, "cx", "dot production")
    assert quiet / burning == pytest.approx(20 / 60, abs=0.001)
    assert (shares(drawn, "x1", "span"), shares(drawn, "x2", "span")) == ([quiet], [burning])
    assert len(shares(drawn, "cx", "dot quiet each")) == 3
    alone = Row(name="a", value="", says="s", span=((1.0,), ()))
    assert shares(figure(Chart(title="t", note="n", rows=(alone,))), "x1", "span") == []


def figures() -> dict[str, Figures]:
    return {name: measured.figures(name) for name in ("dual", "limits", "profiles")}


def test_memory_is_stacked_by_place_beside_production_alone():
    memory, disk, start, percentiles, outages = charts(figures(), "prod")
    dual = memory.rows[0]
    assert [part.kind for part in dual.parts] == ["production", "place0", "machine"]
    assert dual.tick == figures()["dual"].alone.memory
    assert dual.beside.startswith("1.84")
    assert [len(chart.rows) for chart in (disk, start, percentiles, outages)] == [3, 3, 3, 4]
    assert [row.also for row in percentiles.rows] == ["no budget", "no budget", "with a budget"]
    assert outages.rows[-1].beside == "388 failed"


def test_each_environment_has_one_colour_in_all_bars():
    many = figures()
    taken = msgspec.structs.replace(
        many["dual"].taken, memory_bytes={"prod": 1, "qa": 2, "dev": 3, "shared": 4}
    )
    many["dual"] = msgspec.structs.replace(many["dual"], taken=taken)
    memory = charts(many, "prod")[0]
    kinds = {words: kind for kind, words in memory.legend}
    assert kinds["prod"] == "production"
    assert {kinds["dev"], kinds["qa"]} == {"place0", "place1"}
    assert memory.rows[1].parts[1].kind == kinds["dev"]


def test_what_could_not_be_measured_says_so_and_draws_nothing_of_it():
    burn = Burn(limits=False, word="not measurable here", why="the machine is busy")
    one = msgspec.structs.replace(measured.figures("dual"), burns=(burn,), changes=())
    made = charts({"dual": one}, "prod")
    (row,) = made[-1].rows
    assert row.span is None
    assert row.below == "not measurable here"
    assert row.says.endswith("not measurable here, the machine is busy")
    assert len(made) == 4


def test_gaps_below_a_second_are_said_in_milliseconds():
    assert gap_words(0.04) == "40 ms"
    assert gap_words(17.2) == "17 s"


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [colours.LIGHT, colours.DARK], ids=["light", "dark"])
def test_words_and_bars_can_be_told_from_what_is_behind_them(scheme):
    for word in colours.TEXT:
        for ground in colours.GROUNDS:
            assert contrast(scheme[word], scheme[ground]) >= 4.5, (word, ground)
    for shape in colours.SHAPES:
        assert contrast(scheme[shape], scheme["card"]) >= 3, shape


def test_each_colour_that_is_used_is_there_in_both_schemes():
    used = set(re.findall(r"var\(--([a-z0-9]+)\)", style_sheet()))
    assert used == set(colours.LIGHT) == set(colours.DARK)


def test_rules_of_the_drawings_reach_nothing_else():
    assert scoped(".topology").count(".topology text{") == 3
    rules = re.sub(r"@media[^{]*\{|\}\s*\}", "}", scoped(".topology"))
    selectors = [one for group in re.findall(r"([^{}]+)\{", rules) for one in group.split(",")]
    assert len(selectors) > 60
    assert all(one.strip().startswith(".topology ") for one in selectors)


def test_markup_is_escaped_but_once():
    inside = tag("b", "a & b", title='"x"', hidden=True, lang=None, class_="k")
    assert inside == '<b title="&quot;x&quot;" hidden class="k">a &amp; b</b>'
    assert tag("p", inside, None, " and ", 3) == f"<p>{inside} and 3</p>"
    assert tag("br") == "<br>"
    assert joined(()) == Markup()
    assert text(" ") == " "
    assert text("") == ""
