"""The wall `disk` on a real engine: one disk is said, others hold, and a way onto one is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from partywall.proof.probe import Verdict
from scenarios.boxes import Boxes, neighbours
from scenarios.sabotage import Prover, intruding, table

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

COMPOSE = """
services:
  web:
    image: python:3.12-slim
    init: true
    command: ["python", "-m", "http.server", "8000"]
    expose: ["8000"]
    volumes: ["files:/files"]
volumes:
  files:
    driver_opts: {type: tmpfs, device: "of-${PARTYWALL_ENVIRONMENT:-prod}", o: "size=8m"}
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Boxes, Boxes]]:
    """Two projects: data on the machine's disk, and data on a file system of each environment's."""
    with neighbours(tmp_path_factory.mktemp("disk")) as (one, apart):
        (apart.folder / "compose.yaml").write_text(COMPOSE)
        for each in (one, apart):
            each.settings(environments={"prod": {}, "dev": {"protected": False}})
            each.call("up", "--yes")
        yield one, apart


def test_one_disk_for_all_is_said_with_what_is_free(pair: tuple[Boxes, Boxes]) -> None:
    one, _ = pair
    report = Prover(one.folder, one.commons).report("disk")
    (row,) = report.probes
    assert (row.start, row.to, row.verdict) == ("dev", "prod", Verdict.SHARED), table(report)
    assert "/data and what is written beside them are on one disk" in row.answer
    assert " GiB free of " in row.answer


def test_data_on_disks_of_their_own_hold(pair: tuple[Boxes, Boxes]) -> None:
    _, apart = pair
    report = Prover(apart.folder, apart.commons).report("disk")
    (row,) = report.probes
    assert row.verdict is Verdict.HELD, table(report)
    assert "its own are on other disks (at home: looked at 2 places)" in row.answer


@pytest.mark.sabotage("disk", "a file system of the other's is mounted")
@pytest.mark.sabotage("volumes", "a volume in memory of the other's is mounted")
def test_a_way_onto_the_others_disk_is_found(pair: tuple[Boxes, Boxes]) -> None:
    _, apart = pair
    with intruding(apart, "--volume", f"{apart.name}-prod_files:/elsewhere"):
        report = Prover(apart.folder, apart.commons).report("disk", "volumes")
    crossed = {row.probe: row for row in report.probes if row.verdict is Verdict.CROSSED}
    assert "/elsewhere is in the disk of /files" in crossed["disk"].answer, table(report)
    assert "8.0 MiB" in crossed["disk"].answer
    assert "volumes" in crossed, "a volume in memory is somebody's, too"
