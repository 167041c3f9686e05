"""Status says of what could not be looked at that nothing is known, and why."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fakes.worlds import instance
from partywall.cli.render.status_text import status_text
from partywall.cli.render.style import Style
from partywall.interfaces import Health
from partywall.model.world import World
from partywall.workflows.project import Project
from partywall.workflows.status import status


class Nowhere:
    """Sources of environments that nobody made."""

    def deployed(self, name: str) -> None:
        """None of them has a checkout."""


def said(*, healthy: bool, unknown: dict[str, str]) -> dict[str, Any]:
    """The document of an installation whose settings name no environment any more."""
    world = World(World.of([instance("dev/web")]).entries, unknown)
    engine = SimpleNamespace(
        health=lambda keys: {key: Health(running=True, healthy=healthy) for key in keys},
        unwatched=lambda: "",
    )
    project = SimpleNamespace(
        observer=SimpleNamespace(observe=lambda: world),
        attached=World,
        engine=engine,
        engine_name="docker",
        settings=SimpleNamespace(project="app", architecture=["dual"], environments={}),
        choices={},
        home=Path("/nowhere"),
        sources=Nowhere(),
        unmade=(),
        asleep=(),
        apps=lambda _names: {},
        ports=SimpleNamespace(http=80, https=443),
    )
    return status(cast("Project", project))


@pytest.mark.parametrize(
    ("healthy", "unknown", "whole"),
    [
        (True, {}, True),
        (True, {"dev/db": "no layer"}, None),
        (False, {"dev/db": "no layer"}, False),
        (True, {"dev/": "away", "dev/volume/data": "away"}, True),
    ],
)
def test_an_environment_is_healthy_when_all_of_it_is_known_to_be(
    healthy: bool,
    unknown: dict[str, str],
    whole: bool | None,
) -> None:
    dev = said(healthy=healthy, unknown=unknown)["environments"]["dev"]
    assert dev["healthy"] is whole
    assert ("db" in dev["services"]) is ("dev/db" in unknown)


def test_why_it_is_not_known_is_shown() -> None:
    text = status_text(said(healthy=True, unknown={"dev/db": "no layer"}), Style())
    assert "unknown" in text
    assert "db: no layer" in text
