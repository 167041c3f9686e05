"""Values that nothing sets get a likely shape, for a report alone."""

from __future__ import annotations

import pytest

from partywall.compose import likely
from partywall.model.app import App, Finding, Role, Service
from partywall.model.secret import PLACEHOLDER


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("TAG", "image: 'example/a:${TAG:?}-slim'", "needs-a-value-1"),
        ("WEB_PORT", "", "61001"),
        ("LISTEN", 'ports: ["${LISTEN:?the port}:80"]', "61001"),
        ("WHERE", 'volumes: ["${WHERE:?}/db:/data"]', "/needs-a-value-1"),
        ("WHERE", "  - ${WHERE:?}:/data", "/needs-a-value-1"),
        ("DATA_DIR", "", "/needs-a-value-1"),
        ("WEB_MEMORY", "", "64m"),
        ("SITE_URL", "", "http://needs-a-value-1.invalid"),
        ("DOMAIN", "", "needs-a-value-1.invalid"),
    ],
)
def test_the_shape_is_told_by_the_use_and_by_the_name(name: str, text: str, wanted: str) -> None:
    assert likely.values([name], text) == {name: wanted}


def test_a_secret_is_a_placeholder_and_no_two_values_are_the_same() -> None:
    made = likely.values(["DB_PASSWORD", "A_PORT", "B_PORT"], "")
    assert PLACEHOLDER.fullmatch(made["DB_PASSWORD"])
    assert made["A_PORT"] != made["B_PORT"]


def test_sentences_show_the_variable_instead() -> None:
    made = likely.values(["WEB_PORT"], "")
    port = made["WEB_PORT"]
    found = Finding(service="web", kind="host-port", what=f"port {port}", action=f"close {port}")
    web = Service(name="web", role=Role.WEB, why=f"it is at {port}")
    app = App(name="shop", folder="/shop", services={"web": web}, findings=(found,))
    shown = likely.unnamed(app, made)
    assert [(one.what, one.action) for one in shown.findings] == [
        ("port ${WEB_PORT}", "close ${WEB_PORT}")
    ]
    assert shown.services["web"].why == "it is at ${WEB_PORT}"
