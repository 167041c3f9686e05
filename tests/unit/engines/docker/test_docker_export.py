"""The page beside the units: in which order they start, and what is done by hand."""

from __future__ import annotations

from pathlib import Path

from partywall.engines.docker.export import page
from partywall.engines.docker.units import Unit

UNITS = [
    Unit(project=f"app-{name}", folder=Path("/srv") / name) for name in ("shared", "prod", "edge")
]


def test_units_start_in_the_order_that_works() -> None:
    text = page(UNITS, [])
    starts = [line for line in text.splitlines() if line.endswith("&& docker compose up -d")]
    assert [line.split()[1] for line in starts] == ["/srv/shared", "/srv/prod", "/srv/edge"]
    assert "--profile" not in text


def test_data_are_filled_once_and_by_hand() -> None:
    text = page(UNITS, {"app-prod"})
    assert text.count("docker compose --profile seed up -d") == 1
    assert "cd /srv/prod && docker compose --profile seed up -d" in text
