"""What people see of a flag: the example's new way to post a picture, and the old one again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Error

from scenarios.chromium import PATIENCE, launched
from scenarios.installation import MAKAPIX, Installation, until

pytestmark = [pytest.mark.scenario, pytest.mark.browser, pytest.mark.timeout(300)]
FLAG = "new_upload_flow"


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The reference app with flags, production alone."""
    settings = {
        "project": f"flagged{os.getpid()}",
        "domain": "makapix.localhost",
        "engine": "embedded",
        "architecture": "flags",
        "edge": {"tls": "internal"},
    }
    installation = Installation(MAKAPIX, tmp_path_factory.mktemp("page") / "makapix", settings)
    try:
        installation.call("up", "--yes")
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def page(club: Installation) -> Iterator[Any]:
    """Logged in, with an account of its own."""
    with launched() as chromium:
        context = chromium.new_context(ignore_https_errors=True)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(club.document("status")["environments"]["prod"]["url"])
        page.get_by_label("handle").fill("anna")
        page.get_by_label("password").fill("a long password")
        page.get_by_role("button", name="Register").click()
        page.get_by_role("heading", name="Show your pixels").wait_for()
        yield page


def flow(page: Any) -> str:
    """Which way the page shows when it is loaded again; empty while it cannot say."""
    try:
        page.reload()
        page.locator("#upload").wait_for(timeout=5_000)
    except Error:  # it gives a page up whenever a network of the machine changes
        return ""
    return str(page.locator("#upload").get_attribute("data-flow"))


def test_off_is_the_old_way_on_the_new_one_and_off_again(
    club: Installation, page: Any, tmp_path: Path
) -> None:
    picture = tmp_path / "sunset.png"
    Image.new("RGBA", (16, 16), "tomato").save(picture)
    assert page.get_by_label("Title").is_visible()
    assert page.get_by_role("button", name="Post").is_visible()

    club.call("flags", "on", FLAG, "--yes")
    until(lambda: flow(page) == "new", what="the new way")
    assert not page.get_by_label("Title").is_visible()
    assert not page.get_by_role("button", name="Post").is_visible()
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_role("img", name="Untitled").wait_for()

    club.call("flags", "off", FLAG, "--yes")
    until(lambda: flow(page) == "old", what="the old way")
    assert page.get_by_label("Title").is_visible()
    assert page.get_by_role("button", name="Post").is_visible()
