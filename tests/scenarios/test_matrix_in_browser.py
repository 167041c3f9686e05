"""The matrix' page in a browser: nothing is asked of the network, and all of it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from architectures import plans
from fakes import measured
from partywall.cli.render.matrix_page.page import page
from partywall.cli.render.matrix_page.topology import with_topologies
from partywall.proof.matrix.derive import rated
from scenarios.chromium import launched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PHONE = {"width": 375, "height": 800}
LONG = "a-name-that-nobody-would-ever-give-to-an-architecture-and-somebody-did"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as a file, with one architecture of a name without end."""
    whole = measured.document(quick=True)
    whole["architectures"][LONG] = whole["architectures"]["hybrid"]
    whole["not_measured"] = {LONG * 2: "there was no room for it"}
    file = tmp_path_factory.mktemp("page") / "matrix.html"
    file.write_text(page(with_topologies(rated(whole), plans.worlds())))
    return file.as_uri()


@pytest.fixture
def shown(browser: Any, address: str) -> Iterator[Any]:
    """Opens it; afterwards nothing may have been asked for or complained of."""
    contexts, asked, said = [], [], []

    def opened(**how: Any) -> Any:
        context = browser.new_context(**how)
        contexts.append(context)
        view = context.new_page()
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: said.append(message.text))
        view.on("pageerror", lambda error: said.append(str(error)))
        view.goto(address)
        view.wait_for_load_state("networkidle")
        return view

    yield opened
    for context in contexts:
        context.close()
    assert set(asked) <= {address}
    assert said == []


def colour(view: Any, selector: str, what: str = "color") -> str:
    script = "([one, what]) => getComputedStyle(document.querySelector(one))[what]"
    return str(view.evaluate(script, [selector, what]))


def wide(view: Any) -> int:
    """By how many pixels the page is wider than what one sees of it."""
    return int(view.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def outside(view: Any) -> list[str]:
    """What sticks out of the page on the right and cannot be scrolled to."""
    script = """() => [...document.querySelectorAll('body *')]
        .filter(one => !one.closest('.scroll, svg, .skip, caption'))
        .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
        .map(one => one.tagName + ' ' + one.className + ' ' + one.textContent.slice(0, 40))"""
    return list(view.evaluate(script))


def test_it_opens_without_a_word_and_asks_nothing_of_the_network(shown):
    view = shown()
    assert view.title().startswith("makapix")
    assert view.locator("section.architecture").count() == 11
    assert view.locator("svg.topology").count() == 10
    assert colour(view, "body", "backgroundColor") == "rgb(250, 249, 246)"


def test_it_reads_the_same_without_scripts(shown):
    view = shown(java_script_enabled=False)
    assert view.locator("table.ratings tbody tr").count() == 11


@pytest.mark.parametrize("width", [320, 375, 640, 768, 1280, 2200])
def test_no_page_is_wider_than_its_window(shown, width):
    view = shown(viewport={"width": width, "height": 800})
    assert wide(view) == 0
    assert outside(view) == []


def test_on_a_phone_words_keep_their_size_and_wide_tables_scroll_for_themselves(shown):
    view = shown(viewport=PHONE)
    assert colour(view, "table.ratings td", "fontSize") == "15.2px"
    assert float(colour(view, ".rows .value", "fontSize").removesuffix("px")) >= 14
    table = "document.querySelector('.ratings').parentElement"
    assert view.evaluate(f"{table}.scrollWidth > {table}.clientWidth")
    name = view.locator("table.ratings tbody th").first
    before = name.bounding_box()
    view.evaluate(f"{table}.scrollLeft = 200")
    assert name.bounding_box()["x"] == pytest.approx(before["x"], abs=1)
    assert before["width"] < 375 * 0.6


def test_bars_fill_their_place_at_every_width(shown):
    for width in (375, 1280):
        view = shown(viewport={"width": width, "height": 800})
        bar = view.locator(".chart").first.locator(".bar").first
        track, room = bar.locator(".track").bounding_box(), bar.bounding_box()
        assert track["width"] == pytest.approx(room["width"], abs=1)
        last = bar.locator("rect").last.bounding_box()
        assert room["x"] < last["x"] + last["width"] <= room["x"] + room["width"] + 1


def test_in_the_dark_it_is_dark_drawings_too(shown):
    light, dark = (shown(color_scheme=scheme) for scheme in ("light", "dark"))
    for selector, what in (
        ("body", "backgroundColor"),
        ("body", "color"),
        (".chart", "backgroundColor"),
        (".ratings .otherwise", "backgroundColor"),
        (".bar .production", "fill"),
        (".topology .paper", "fill"),
        (".topology .box.database", "fill"),
    ):
        assert colour(light, selector, what) != colour(dark, selector, what), selector


def test_it_prints_light_and_whole_in_the_dark_too(shown, tmp_path: Path):
    view = shown(color_scheme="dark")
    view.emulate_media(media="print", color_scheme="dark")
    assert colour(view, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert colour(view, "body") == "rgb(27, 33, 41)"
    assert colour(view, "nav", "display") == "none"
    assert colour(view, ".scroll", "overflowX") == "visible"
    paper = tmp_path / "matrix.pdf"
    view.pdf(path=paper, format="A4")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") >= 11


def test_who_has_no_pointer_gets_everywhere_and_sees_where_they_are(shown):
    view = shown(viewport=PHONE)
    view.keyboard.press("Tab")
    assert view.evaluate("document.activeElement.className") == "skip"
    assert view.locator(".skip").bounding_box()["x"] >= 0
    for _ in range(30):
        view.keyboard.press("Tab")
        if view.evaluate("document.activeElement.className") == "scroll":
            break
    assert view.evaluate("document.activeElement.getAttribute('aria-label')") == "Ratings"
    assert view.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


PLANTED = {
    "script": """() => {
        const script = document.createElement('script');
        script.textContent = 'document.title = "run"';
        document.body.append(script);
    }""",
    "image": """() => {
        const image = document.createElement('img');
        image.src = 'http://127.0.0.1:9/x.png';
        document.body.append(image);
    }""",
    "style": "() => document.body.setAttribute('style', 'color: red')",
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_put_into_the_page_later_is_neither_run_nor_fetched(browser, address, what):
    context = browser.new_context()
    view = context.new_page()
    view.goto(address)
    with view.expect_console_message(lambda said: "Content Security Policy" in said.text):
        view.evaluate(PLANTED[what])
    assert view.title().startswith("makapix")
    assert colour(view, "body") == "rgb(27, 33, 41)"
    context.close()
