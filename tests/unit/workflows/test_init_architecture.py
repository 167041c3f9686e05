"""`init --architecture`: what is written is read back as that architecture."""

from pathlib import Path

import click
import pytest

from partywall.cli.options import complete_architecture
from partywall.compose import start
from partywall.compose.settings import parse, with_domain
from partywall.model.choices import LimitsBy, RouteBy
from partywall.model.errors import BadInput
from partywall.workflows import init
from partywall.workflows.project import Project

FOLDER = Path("/srv/club")


def project(text=None):
    return Project(parse(text, "partywall.yaml", FOLDER), "embedded")


def written(project, why=""):
    reported = {"services": {}, "findings": [], "refusals": [], "running": []}
    return start.text(project.settings, reported, "embedded", why)


@pytest.mark.parametrize("said", ["dual+limits", "dual + limits"])
def test_the_architecture_is_in_the_new_settings(said):
    chosen = init.chosen(project(), said)
    assert chosen.choices.limits is LimitsBy.BUDGET
    assert "architecture: dual + limits\n" in written(chosen)


def test_one_by_ports_keeps_one_domain_whatever_production_s_is():
    chosen = init.chosen(project(), "ports")
    assert chosen.choices.route is RouteBy.PORT
    for settings in (chosen.settings, with_domain(chosen.settings, "club.example.org")):
        assert {one.domain for one in settings.environments.values()} == {settings.domain}
        text = written(Project(settings, None), why="PUBLIC_URL")
        assert "ports of their own" in text
        assert "DNS" not in text
        again = parse(text.encode(), "partywall.yaml", FOLDER)
        assert again.environments == settings.environments


def test_other_environments_are_below_the_domain_elsewhere():
    settings = with_domain(init.chosen(project(), "shared").settings, "club.example.org")
    assert settings.environments["dev"].domain == "dev.club.example.org"
    assert "Let the DNS lead dev.club.example.org" in written(
        Project(settings, None), why="a label"
    )


def test_settings_that_are_there_are_not_written_over():
    with pytest.raises(BadInput) as error:
        init.chosen(project(b"project: club\narchitecture: shared\n"), "ports")
    assert str(error.value.where) == "partywall.yaml:2"
    assert "`architecture: ports`" in error.value.remedy


@pytest.mark.parametrize("said", ["duel", "dual + ports", "", "dual+"])
def test_what_is_no_architecture_is_refused(said):
    with pytest.raises(BadInput):
        init.chosen(project(), said)


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("s", ["schemas", "shared", "snapshots"]),
        ("dual+", ["dual+flags", "dual+limits", "dual+snapshots"]),
        ("shared+li", ["shared+limits"]),
        ("x", []),
    ],
)
def test_a_shell_completes_names_and_after_a_plus_what_goes_beside(begun, offered):
    command = click.Command("init")
    parameter = click.Option(["--architecture"])
    assert complete_architecture(click.Context(command), parameter, begun) == offered
