"""Lines without effect, and verbs that have no place at a point of the space, are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from partywall.compose import settings
from partywall.model.errors import BadInput
from partywall.workflows import idle, previews
from partywall.workflows.project import Project

IDLE = {
    "environments: {dev: {branch: x}}\n": "`source: branch`",
    "environments: {dev: {limits: {cpus: 1}}}\n": "`limits: budget`",
    "environments: {dev: {read: [prod.posts]}}\n": "`database: schema`",
    "services: {db: {extensions: [citext]}}\n": "`database: schema`",
}


def project(text: str) -> Project:
    named = f"project: shop\nenvironments: {{prod: {{}}, dev: {{}}}}\n{text}"
    if "environments" in text:
        named = "project: shop\n" + text.replace("{dev:", "{prod: {}, dev:")
    return Project(settings.parse(named.encode(), "partywall.yaml", Path("/srv/shop")), "embedded")


def refuse(text: str) -> None:
    made = project(text)
    idle.refuse(made, made.environment("dev"))


@pytest.mark.parametrize("line", IDLE)
def test_a_line_without_effect_is_refused_with_the_option_that_gives_it_one(line):
    with pytest.raises(BadInput, match="no effect") as error:
        refuse(line)
    assert IDLE[line] in error.value.remedy
    assert error.value.where
    assert error.value.where.line
    refuse(f"{line}{IDLE[line].strip('`')}\n")


@pytest.mark.parametrize("presence", ["switched", "single", "on-demand"])
def test_no_preview_stands_where_production_is_alone(presence):
    made = project(f"source: branch\npresence: {presence}\n")
    with pytest.raises(BadInput, match=f"`presence: {presence}`") as error:
        previews.wanted(made, "feature", "3d", 5)
    assert "`presence: together`" in error.value.remedy


def test_an_option_that_cannot_be_had_is_refused_with_the_line_that_chooses_it():
    with pytest.raises(BadInput) as error:
        _ = project("architecture: flags\npresence: together\n").choices
    assert str(error.value.where) == "partywall.yaml:4"
    with pytest.raises(BadInput) as error:
        _ = project("\nfiles: common\n").choices
    assert str(error.value.where) == "partywall.yaml:4"
