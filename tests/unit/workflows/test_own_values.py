"""Whoever names no engine gets from the customary one what a named one would give."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from partywall.compose import settings as compose_settings
from partywall.workflows.project import Project
from partywall.workflows.requests import requested


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: web}}\n")
    made = Project(compose_settings.load(tmp_path), None)
    made.__dict__["engine"] = SimpleNamespace(definitions=True, common_edge=False)
    return made


def test_only_production_has_what_is_written_down_for_all(project: Project) -> None:
    dev = requested(project, project.environment("dev"))
    assert dev.own is not None
    assert dev.public is not None
    assert dev.public.production == project.settings.production.domain
    prod = requested(project, project.environment("prod"))
    assert prod.own is None
    assert prod.public is not None
    assert prod.public.is_production  # its ports on localhost are behind the edge as well
