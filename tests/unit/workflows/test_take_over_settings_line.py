"""One line of partywall.yaml is changed, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.compose import settings as compose_settings
from partywall.model.errors import Refused
from partywall.workflows.take_over import settings_line
from partywall.workflows.take_over.settings_line import ATTACH, VOLUMES_OF

BLOCK = """\
# attach: is explained below
project: shop
environments:
  prod:
    production: true
    attach: shop   # attach: for now
  dev: {}
"""
FLOW = "project: shop\nenvironments: {prod: {attach: shop, production: true}, dev: {}}\n"
QUOTED = 'project: shop\nenvironments:\n  prod: {"attach": "shop"}\n  dev: {}\n'


@pytest.mark.parametrize("text", [FLOW, QUOTED, BLOCK])
def test_there_and_back(tmp_path: Path, text: str) -> None:
    path = tmp_path / "partywall.yaml"
    path.write_text(text)
    path.chmod(0o640)
    first = compose_settings.load(tmp_path)
    settings_line.write(first, settings_line.changed(first, "prod", ATTACH, VOLUMES_OF))
    second = compose_settings.load(tmp_path)
    assert second.production.volumes_of == "shop"
    assert second.production.attach is None
    settings_line.write(second, settings_line.changed(second, "prod", VOLUMES_OF, ATTACH))
    assert path.read_text() == text
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_changed_alone_is_refused(tmp_path: Path) -> None:
    text = "environments:\n  prod:\n    ? attach\n    : shop\n  dev: {}\n"
    path = tmp_path / "partywall.yaml"
    path.write_text(text)
    settings = compose_settings.load(tmp_path)
    with pytest.raises(Refused, match="without changing more"):
        settings_line.changed(settings, "prod", ATTACH, VOLUMES_OF)
    assert path.read_text() == text
