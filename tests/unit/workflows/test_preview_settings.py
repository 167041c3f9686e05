"""Recorded previews as further environments of the settings."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from partywall.compose import settings as compose_settings
from partywall.compose.settings import Settings
from partywall.execution import previews as recorded
from partywall.execution.previews import Preview
from partywall.model.choices import Presence
from partywall.model.errors import BadInput
from partywall.workflows.previews import wanted, with_previews

TEXT = """
project: shop
domain: shop.example
environments:
  prod: {}
  dev: {protected: false, profiles: [tools], variables: {A: 1}, env: [dev.env], branch: next}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return compose_settings.parse(TEXT.encode(), "partywall.yaml", tmp_path)


def keep(home: Path, *names: str) -> None:
    with recorded.changed(home) as every:
        for name in names:
            every[name] = Preview(name=name, branch=f"feature/{name}", made=1.0, until=2.0)


def test_a_preview_is_as_dev_is_with_names_and_secrets_of_its_own(settings: Settings) -> None:
    keep(settings.folder / "home", "x")
    made = with_previews(settings, settings.folder / "home")
    assert list(made.environments) == ["prod", "dev", "x"]
    x = made.environments["x"]
    assert (x.profiles, x.variables) == (("tools",), {"A": "1"})
    assert (x.domain, x.branch, x.user) == ("x.shop.example", "feature/x", "x")
    assert x.protected
    assert not x.production
    assert x.passing
    assert [file.path.name for file in x.env_files] == [".env", ".env.x"]


def test_an_environment_of_the_settings_is_never_a_preview(settings: Settings) -> None:
    keep(settings.folder / "home", "dev")
    assert with_previews(settings, settings.folder / "home") == settings


def test_without_previews_nothing_is_added(settings: Settings) -> None:
    assert with_previews(settings, settings.folder / "home") == settings


@pytest.mark.parametrize("presence", [Presence.SWITCHED, Presence.SINGLE, Presence.ON_DEMAND])
def test_where_one_stands_alone_there_is_no_preview(settings: Settings, presence: Presence) -> None:
    project: Any = SimpleNamespace(
        sources=SimpleNamespace(apart=True),
        choices=SimpleNamespace(presence=presence),
        settings=settings,
        home=settings.folder / "home",
    )
    with pytest.raises(BadInput, match=f"with `presence: {presence.value}`") as error:
        wanted(project, "feature/x", "1d", 5)
    assert "presence: together" in error.value.remedy
    assert recorded.read(project.home) == {}
