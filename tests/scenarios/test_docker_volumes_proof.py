"""The wall `volumes` on a real engine: what is mounted apart, and each way to have the other's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from partywall.proof.probe import Verdict
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.sabotage import Prover, intruding, lines, table

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

MOUNTS = """\
    volumes:
      - files:/files
      - ./media-${PARTYWALL_ENVIRONMENT:-prod}:/media
    expose: ["8000"]
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments; the page of each has a volume and a bound folder."""
    with neighbours(tmp_path_factory.mktemp("volumes")) as (one, _):
        compose = one.folder / "compose.yaml"
        text = compose.read_text().replace('    expose: ["8000"]\n', MOUNTS, 1)
        compose.write_text(f"{text}  files:\n")
        one.settings(environments={"prod": {}, "dev": {"protected": False}})
        one.call("up", "--yes")
        yield one


@pytest.fixture
def prover(one: Boxes) -> Prover:
    return Prover(one.folder, one.commons)


def mountpoint(one: Boxes, environment: str, volume: str) -> Path:
    """Where the engine keeps a volume."""
    name = f"{one.name}-{environment}_{volume}"
    return Path(docker("volume", "inspect", "--format", "{{.Mountpoint}}", name)[0])


def contents(one: Boxes) -> list[Path]:
    """All that is in the folders in which canaries are left."""
    kept = [mountpoint(one, name, "files") for name in ("prod", "dev")]
    bound = [one.folder / f"media-{name}" for name in ("prod", "dev")]
    return sorted(path for folder in (*kept, *bound) for path in folder.rglob("*"))


def test_what_is_mounted_apart_holds_and_nothing_stays(prover: Prover, one: Boxes) -> None:
    (one.folder / "media-prod" / "kept.txt").write_text("a file of production's")
    before = contents(one)
    report = prover.report("volumes")
    assert {row.verdict for row in report.probes} == {Verdict.HELD}, table(report)
    for mine, theirs in (("dev", "prod"), ("prod", "dev")):
        rows = [row for row in report.probes if row.start == mine]
        assert [row.tried for row in rows] == [
            f"have one of {theirs}'s 3 mounts among its 3",
            f"find {theirs}'s 2 canary files at any mount of its own",
        ]
        assert "at home: found 3 of its 3" in rows[0].answer
    assert contents(one) == before
    assert docker("diff", f"{one.name}-prod-cache-1") == []


@contextlib.contextmanager
def disguised(one: Boxes) -> Iterator[list[str]]:
    """Production's volume under another name, by the options of a volume."""
    name, device = f"{one.name}-disguised", mountpoint(one, "prod", "data")
    bind = ("--opt", "type=none", "--opt", "o=bind", "--opt", f"device={device}")
    docker("volume", "create", *bind, name)
    try:
        yield ["--volume", f"{name}:/elsewhere"]
    finally:
        docker("volume", "rm", name)


@contextlib.contextmanager
def part(one: Boxes) -> Iterator[list[str]]:
    """A folder inside of production's volume."""
    inner = mountpoint(one, "prod", "files") / "inner"
    inner.mkdir()
    try:
        yield ["--volume", f"{inner}:/elsewhere"]
    finally:
        inner.rmdir()


SABOTAGES = {
    "the other's volume": lambda one: ["--volume", f"{one.name}-prod_files:/elsewhere"],
    "its database's": lambda one: ["--volume", f"{one.name}-prod_data:/elsewhere"],
    "read-only": lambda one: ["--volume", f"{one.name}-prod_files:/elsewhere:ro"],
    "its bound folder": lambda one: ["--volume", f"{one.folder}/media-prod:/elsewhere"],
    "the folder around": lambda one: ["--volume", f"{one.folder}:/elsewhere:ro"],
    "all volumes": lambda one: [
        "--volume", f"{mountpoint(one, 'prod', 'files').parents[1]}:/elsewhere:ro"
    ],
    "the machine": lambda _: ["--volume", "/:/elsewhere:ro"],
    "another name": disguised,
    "a part of it": part,
}  # fmt: skip


@pytest.mark.sabotage("volumes", "the other's volume is mounted")
@pytest.mark.sabotage("volumes", "the volume of the other's server is mounted")
@pytest.mark.sabotage("volumes", "the other's volume is mounted, to be read alone")
@pytest.mark.sabotage("volumes", "the other's bound folder is mounted")
@pytest.mark.sabotage("volumes", "the folder around the other's bound folder is mounted")
@pytest.mark.sabotage("volumes", "the folder of all volumes is mounted")
@pytest.mark.sabotage("volumes", "all of the machine is mounted")
@pytest.mark.sabotage("volumes", "the other's volume is mounted under another name")
@pytest.mark.sabotage("volumes", "a folder inside of the other's volume is mounted")
@pytest.mark.parametrize("name", SABOTAGES)
def test_the_others_data_in_a_container_is_found(prover: Prover, one: Boxes, name: str) -> None:
    said = SABOTAGES[name](one)
    options = said if isinstance(said, contextlib.AbstractContextManager) else None
    with options or contextlib.nullcontext(said) as words, intruding(one, *words):  # type: ignore[misc]
        report = prover.report("volumes")
    crossed = lines(report, Verdict.CROSSED)
    ways = [row for row in crossed if row.start == "dev" and " mounts among " in row.tried]
    assert len(ways) == 1, table(report)
    assert "dev/intruder may" in ways[0].answer
    assert "at /elsewhere" in ways[0].answer
    canaries = {row.start for row in crossed if "canary" in row.tried}
    seen = {"its database's": set(), "another name": set(), "a part of it": set()}
    assert canaries == seen.get(name, {"dev"}), table(report)


@pytest.mark.sabotage("volumes", "production has a volume of development")
def test_developments_data_in_production_are_found_as_well(prover: Prover, one: Boxes) -> None:
    volume = f"{one.name}-dev_files:/elsewhere:ro"
    with intruding(one, "--volume", volume, environment="prod"):
        report = prover.report("volumes")
    rows = [row for row in lines(report, Verdict.CROSSED) if row.start == "prod"]
    assert any("prod/intruder may read" in row.answer for row in rows), table(report)
    assert any("canary" in row.tried for row in rows), table(report)
