"""What people see: a picture posted in production is seen there, and not in development."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Error

from partywall.engines.docker.labels import PROJECT
from scenarios.boxes import docker, left, remove
from scenarios.chromium import PATIENCE, launched
from scenarios.installation import MAKAPIX, Installation, until

pytestmark = [pytest.mark.scenario, pytest.mark.browser, pytest.mark.timeout(600)]

TITLE = "Sunset over the wall"
KINDS = [
    ("embedded", "dual"),
    ("embedded", "ports"),
    pytest.param(("docker", "dual"), marks=pytest.mark.docker),
]
"""Engine and architecture; what people see has to be the same."""


class Contained(Installation):
    """The same in containers."""

    def close(self) -> None:
        """Remove everything, its images too."""
        mark = f"label={PROJECT}={self.id}"
        try:
            self.call("destroy", "--all", "--yes")
            self.call("trash", "empty", "--yes")
            assert not any(left(mark).values())
        finally:
            remove(mark)
            for image in docker("images", "-q", "--filter", mark):
                docker("rmi", "--force", image)
            shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def club(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The reference app, up as the demo has it: HTTPS by the edge's own authority."""
    folder = tmp_path_factory.mktemp("browser") / "makapix"
    engine, architecture = request.param
    kind = Contained if engine == "docker" else Installation
    settings = {
        "project": f"club{os.getpid()}",
        "domain": "makapix.localhost",
        "engine": engine,
        "architecture": architecture,
        "edge": {"tls": "internal"},
    }
    installation = kind(MAKAPIX, folder, settings)
    try:
        installation.call("up", "--yes")
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def urls(club: Installation) -> dict[str, str]:
    """Where people are told to go."""
    environments = club.document("status")["environments"]
    return {name: environments[name]["url"] for name in ("prod", "dev")}


@pytest.fixture(scope="module")
def login(club: Installation) -> dict[str, str]:
    """Name and password of development, as they are printed."""
    user = club.document("status")["environments"]["dev"]["user"]
    word = club.call("env", "dev", "PARTYWALL_PASSWORD", "--reveal").out.strip()
    assert word
    return {"username": user, "password": word}


@pytest.fixture(scope="module")
def visit(browser: Any, urls: dict[str, str], login: dict[str, str]) -> Iterator[Any]:
    """A person with a browser of their own; for development they know the password."""
    contexts = []

    def arrive(environment: str, **more: Any) -> Any:
        if environment == "dev":
            more = {"http_credentials": login} | more
        context = browser.new_context(ignore_https_errors=True, **more)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        return context.new_page()

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def uploader(visit: Any, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Somebody who has registered in production and posted a picture there."""
    page = visit("prod")
    page.goto(urls["prod"])
    register(page, "gina")
    artwork = tmp_path_factory.mktemp("artwork") / "sunset.png"
    draw(artwork)
    page.set_input_files("#upload [name=file]", artwork)
    page.fill("#upload [name=title]", TITLE)
    page.click("#upload button")
    page.get_by_text(TITLE).wait_for()
    return page


def draw(path: Path) -> None:
    """A small picture, as people make them there."""
    picture = Image.new("RGB", (64, 64), (240, 120, 40))
    picture.paste((30, 30, 90), (0, 40, 64, 64))
    picture.save(path)


def register(page: Any, handle: str) -> None:
    """Become a user, and be logged in as one."""
    page.locator("#login").wait_for()
    page.fill("#login [name=handle]", handle)
    page.fill("#login [name=password]", "long enough")
    page.click("button[value=register]")
    page.locator("#upload").wait_for()
    assert page.locator("#handle").inner_text().lstrip("@") == handle


def cards(page: Any) -> Any:
    """The artworks in the gallery."""
    return page.locator("#gallery .card")


def posted(page: Any) -> Any:
    """The only artwork there is, as the API tells it."""
    asked = "fetch(location.origin + '/api/posts').then(a => a.json())"
    (post,) = page.evaluate(asked)["posts"]
    return post


def has_pixels(image: Any) -> bool:
    """Whether the browser really has the pixels of an image."""
    return bool(image.evaluate("i => i.complete && i.naturalWidth > 0"))


def me(page: Any) -> Any:
    """Whom the API takes the browser for."""
    return page.evaluate("fetch(location.origin + '/api/me').then(a => a.json())")["user"]


def session(page: Any, url: str) -> dict[str, Any]:
    """The cookie that a login is kept in."""
    (found,) = page.context.cookies(url)
    return dict(found)


def carried(visit: Any, cookie: dict[str, Any], environment: str, url: str) -> Any:
    """A browser into which somebody has put another one's cookie by hand."""
    page = visit(environment)
    page.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": url}])
    page.goto(url)
    assert session(page, url)["value"] == cookie["value"]
    return page


def test_an_artwork_posted_in_production_is_seen_there(uploader, urls):
    uploader.goto(urls["prod"])
    assert re.match(r"(?i)prod\b", uploader.locator("#banner").inner_text())
    card = cards(uploader).filter(has_text=TITLE)
    card.wait_for()
    assert cards(uploader).count() == 1
    until(lambda: posted(uploader)["thumb"], what="the worker has made the thumbnail")
    uploader.reload()
    card.wait_for()
    uploader.wait_for_load_state("networkidle")
    image, post = card.locator("img"), posted(uploader)
    assert post["thumb"] != post["file"]
    shown = image.get_attribute("src")
    assert shown.startswith("https://vault.makapix.localhost")
    assert shown.endswith(post["thumb"])
    assert has_pixels(image)


def test_development_has_its_own_artworks_and_not_that_one(uploader, visit, urls):
    page = visit("dev")
    answer = page.goto(urls["dev"])
    assert answer.status == 200
    assert re.match(r"(?i)dev\b", page.locator("#banner").inner_text())
    cards(page).first.wait_for()
    while page.locator("#more").is_visible():
        before = cards(page).count()
        page.click("#more")
        cards(page).nth(before).wait_for()
    assert cards(page).count() > 10
    assert cards(page).filter(has_text=TITLE).count() == 0
    page.wait_for_load_state("networkidle")
    assert has_pixels(cards(page).first.locator("img"))


def test_development_asks_for_the_password(visit, urls, login):
    page = visit("dev", http_credentials=None)
    # Chromium shows nothing of an answer that asks for a password nobody gave.
    with pytest.raises(Error, match="ERR_INVALID_AUTH_CREDENTIALS"):
        page.goto(urls["dev"])
    assert answered(page, urls["dev"]) == 401
    wrong = visit("dev", http_credentials={**login, "password": "wrong"})
    assert answered(wrong, urls["dev"]) == 401


def test_a_session_of_production_is_none_in_development(uploader, visit, urls):
    cookie = session(uploader, urls["prod"])
    assert me(carried(visit, cookie, "prod", urls["prod"]))["handle"] == "gina"
    assert me(carried(visit, cookie, "dev", urls["dev"])) is None


def test_a_session_of_development_is_none_in_production(uploader, visit, urls):
    page = visit("dev")
    page.goto(urls["dev"])
    register(page, "dora")
    cookie = session(page, urls["dev"])
    assert me(carried(visit, cookie, "dev", urls["dev"]))["handle"] == "dora"
    assert me(carried(visit, cookie, "prod", urls["prod"])) is None
    # At one host the browser would send it there, and the edge keeps it from the app.
    sent = {one["name"].removeprefix("__Host-") for one in page.context.cookies(urls["prod"])}
    assert not {name for name in sent if not name.startswith("dev~")}


def test_one_browser_is_somebody_else_in_each(visit, urls):
    page = visit("dev")
    people = {"dev": "dina", "prod": "petra"}
    for name, handle in people.items():
        page.goto(urls[name])
        assert me(page) is None
        register(page, handle)
    for name, handle in people.items():
        page.goto(urls[name])
        assert me(page)["handle"] == handle


def answered(page: Any, url: str) -> int:
    """The status of an answer, whatever the browser makes of it."""
    statuses = []
    page.on("response", lambda answer: statuses.append(answer.status))
    try:
        page.goto(url)
    except Error:
        statuses.append(0)
    return next((status for status in statuses if status), 0)


def test_every_wall_holds_and_nothing_is_due(club):
    rows = club.document("prove", code=None)["probes"]
    assert [one for one in rows if one["verdict"] in ("crossed", "could not try")] == []
    assert "held" in {one["verdict"] for one in rows}
    assert club.document("plan")["changes"] == 0
