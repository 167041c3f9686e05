"""Who has a port of its own at the edge, where the settings say everything."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from partywall.compose import settings as compose_settings
from partywall.execution import previews as recorded
from partywall.execution.previews import Preview
from partywall.workflows import edge_ports
from partywall.workflows.port_claims import Claims
from partywall.workflows.previews import with_previews

TEXT = """
project: shop
architecture: branches
route: port
edge: {http: 80, https: 443}
environments: {prod: {}, dev: {port: 8443}}
"""


def never() -> Collection[int]:
    raise AssertionError("the app is asked although nothing is to be chosen")


def test_a_preview_answers_at_the_edge_s_own_port_by_its_name(tmp_path: Path) -> None:
    with recorded.changed(tmp_path) as every:
        every["x"] = Preview(name="x", branch="feature/x", made=1.0, until=2.0)
    settings = compose_settings.parse(TEXT.encode(), "partywall.yaml", tmp_path)
    whole = with_previews(settings, tmp_path)
    assert whole.environments["x"].domain == "x.shop.localhost"
    found = edge_ports.ports(Claims(tmp_path / "commons", tmp_path / "edge"), whole, never)
    assert found == edge_ports.Ports(80, 443, {"dev": 8443})
