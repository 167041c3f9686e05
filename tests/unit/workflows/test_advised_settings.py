"""The settings that advice ends with are read back as the very point that was advised."""

from pathlib import Path

import msgspec
import pytest

from architectures import counsel
from docs.pages import ROOT
from partywall import catalog
from partywall.advice.space import points
from partywall.compose import settings
from partywall.workflows.advice.written import written
from partywall.workflows.project import Project

POINTS = list(points(counsel.site("club"), counsel.NAMES()).values())
EXAMPLE = (ROOT / "examples" / "makapix" / "partywall.yaml").read_text()
LISTED = """\
# of ours
project: shop
architecture:
  - dual
  - limits
cache: keyspace  # for now
environments:
  prod: {}

  dev:
    limits: {memory: 30%}
"""


def project(folder: Path, text: str | None, engine: str | None = None) -> Project:
    if text is not None:
        (folder / "partywall.yaml").write_text(text)
    return Project(settings.load(folder), engine)


def chosen(folder: Path, text: str):
    read = settings.parse(text.encode(), "partywall.yaml", folder)
    return msgspec.structs.replace(catalog.choices(read.architecture), **read.choices)


@pytest.mark.parametrize("text", [None, EXAMPLE, LISTED], ids=["none", "example", "listed"])
def test_every_point_comes_back(tmp_path, text):
    here = project(tmp_path, text)
    for point in POINTS[::17]:
        assert chosen(tmp_path, written(here, point).text) == point.choices, point.words


def test_everything_else_stays(tmp_path):
    point = next(one for one in POINTS if one.words == "branches")
    text = written(project(tmp_path, LISTED), point).text
    assert text == LISTED.replace(
        "architecture:\n  - dual\n  - limits\ncache: keyspace  # for now\n",
        "architecture: branches\n",
    )


@pytest.mark.parametrize("engine", ["docker", "embedded"])
def test_an_engine_that_was_chosen_beside_the_file_takes_its_place(tmp_path, engine):
    text = written(project(tmp_path, EXAMPLE, engine), POINTS[0]).text
    assert EXAMPLE.count("engine: embedded\n") == 1
    assert [line for line in text.splitlines() if line.startswith("engine:")] == [
        f"engine: {engine}"
    ]


def test_lines_that_would_mean_nothing_there_are_told(tmp_path):
    point = next(one for one in POINTS if one.words == "dual")
    (note,) = written(project(tmp_path, LISTED), point).notes
    assert "the limits of dev have no effect" in note
    assert "line" in note


def test_an_engine_that_was_named_beside_the_file_is_written(tmp_path):
    point = next(one for one in POINTS if one.words == "dual")
    assert written(project(tmp_path, None, "embedded"), point).text.splitlines() == [
        "engine: embedded",
        "architecture: dual",
    ]


def test_a_file_on_one_line_is_not_taken_apart(tmp_path):
    point = next(one for one in POINTS if one.words == "ports")
    made = written(project(tmp_path, "{project: shop, architecture: dual}\n"), point)
    assert chosen(tmp_path, made.text) == point.choices
    assert "in place of its own" in made.notes[0]
