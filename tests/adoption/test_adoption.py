"""Compose files of the shapes that people have: adopted with a wall, or refused in plain words.

Each folder below `projects` is a project and says in `expected.yaml` what becomes of it:
`refused` the kinds that stand in the way, `error` words of the one error, `findings` the kinds of
what is noticed, `roles`, `left_out` the services that development has not, `ports` that
production has on the host, `routes` of the edge in production, and `same_secret` for what cannot
be told apart.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from adoption import independent
from partywall.compose import cli
from partywall.model.errors import PartywallError
from partywall.model.world import Network, Route, Volume, World, environment_of, name_of
from partywall.planning import conflicts
from partywall.planning.folders import Ground
from partywall.workflows import init, refusing
from partywall.workflows.opening import Where, open_project
from partywall.workflows.project import Project

PROJECTS = Path(__file__).parent / "projects"
pytestmark = pytest.mark.docker
NAMES = sorted(path.name for path in PROJECTS.iterdir() if path.is_dir())
ENVIRONMENTS = ("prod", "dev")
PARTYWALL = (sys.executable, "-m", "partywall", "--engine", "docker")


class Adopted:
    """A copy of a project on which the command line would work next."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = Path(shutil.copytree(PROJECTS / name, folder / name))
        said = self.folder / "expected.yaml"
        self.expected: dict[str, Any] = yaml.safe_load(said.read_text())
        said.unlink()
        self.files = tuple(map(Path, self.expected.get("files") or ()))

    def opened(self) -> Project:
        return open_project(Where(folder=self.folder, files=self._paths(), engine="docker"))

    def report(self) -> dict[str, Any]:
        words = [word for file in self._paths() for word in ("-f", str(file))]
        said = subprocess.run(
            [*PARTYWALL, *words, "init", "--report", "--json"],
            cwd=self.folder,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in said.stderr, said.stderr
        assert said.returncode == 0, said.stderr
        made: dict[str, Any] = json.loads(said.stdout)
        return made

    def started(self) -> Project:
        """After `init`, as `up` would open it."""
        first = self.opened()
        init.write(first, init.report(first))
        return self.opened()

    def _paths(self) -> tuple[Path, ...]:
        return tuple(self.folder / file for file in self.files)


@pytest.fixture
def adopted(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch) -> Adopted:
    monkeypatch.setenv("PARTYWALL_COMMONS", str(tmp_path / "commons"))
    return Adopted(request.param, tmp_path)


every = pytest.mark.parametrize("adopted", NAMES, indirect=True)


def test_there_are_many_of_them():
    assert len(NAMES) >= 25


@every
def test_the_report_says_what_every_service_is_and_what_was_found_where(adopted: Adopted):
    made = adopted.report()
    expected = adopted.expected
    roles = {name: one["role"] for name, one in made["services"].items()}
    assert roles == {**roles, **(expected.get("roles") or {})}
    assert all(one["why"] for one in made["services"].values())
    assert {one["kind"] for one in made["findings"]} == set(expected.get("findings") or ())
    assert {one["kind"] for one in made["refusals"]} == set(expected.get("reported") or ()) | set(
        expected.get("refused") or ()
    )
    for one in (*made["findings"], *made["refusals"]):
        assert one["what"]
        assert one.get("action") or one.get("remedy")
        assert one["kind"] in {"compose-warning", "engine"} or ".y" in one.get("where", ""), one


@every
def test_two_environments_share_nothing_or_the_project_is_refused(adopted: Adopted):
    expected = adopted.expected
    if "error" in expected:
        with pytest.raises(PartywallError) as raised:
            _made(adopted.started(), expected)
        assert expected["error"] in raised.value.what
        assert raised.value.remedy
        return
    project = adopted.started()
    refused = {one.kind for one in refusing.in_the_way(project, ENVIRONMENTS)}
    assert refused == set(expected.get("refused") or ())
    if refused:
        with pytest.raises(PartywallError) as raised:
            refusing.check(project, ENVIRONMENTS)
        assert raised.value.where is not None
        alone = not any(refusing.in_the_way(project, ["prod"]))
        assert ("`partywall up prod`" in (raised.value.remedy or "")) == alone
        return
    world = _made(project, expected)
    has = [set(project.apps([name])[name].services) for name in ENVIRONMENTS]
    assert sorted(has[0] - has[1]) == sorted(expected.get("left_out") or ())
    units = _drawn(project, world)
    prod, dev = (independent.load(units[name]) for name in ENVIRONMENTS)
    assert independent.shared(prod, dev) == []
    assert independent.same_secrets(prod, dev) == sorted(expected.get("same_secret") or ())
    for made in (prod, dev):
        assert independent.climbing(made) == []
        assert independent.unknown_names(made) == []
    assert independent.outside(dev) == []
    assert independent.outside(prod) == sorted(expected.get("outside") or ())
    assert independent.ports(dev) == []
    assert sorted(f"{host}:{port}/{how}" for host, port, how in independent.ports(prod)) == sorted(
        expected.get("ports") or ()
    )
    assert _routes(world) == (expected.get("routes") or {})
    for name in ENVIRONMENTS:
        _accepted(units[name])


def _made(project: Project, expected: dict[str, Any]) -> World:
    world = project.desired()
    conflicts.check(world, None, Ground(str(project.folder), project.settings.production.name))
    outside = {
        (type(one).__name__.lower(), one.name)
        for one in world.things()
        if isinstance(one, Volume | Network) and one.external
    }
    assert sorted(name for _, name in outside) == sorted(expected.get("outside") or ())
    # None of it is on this machine, and each of it is said to be missing.
    missing = [f"there is no {kind} {name}," for kind, name in sorted(outside)]
    said = sorted(project.engine.refusals(world))
    assert [one.partition(",")[0] + "," for one in said] == sorted(missing)
    return world


def _drawn(project: Project, world: World) -> dict[str, Path]:
    exporter = project.engine.exporter()
    assert exporter is not None
    exporter.export(world, ENVIRONMENTS)
    return {name: project.home / "rendered" / name for name in ENVIRONMENTS}


def _routes(world: World) -> dict[str, str]:
    """Host and path → service and port, in production."""
    return {
        f"{one.host}{one.path}": f"{name_of(one.instance)}:{one.target}"
        for one in world.things()
        if isinstance(one, Route) and environment_of(one.key) == "prod"
    }


def _accepted(unit: Path) -> None:
    words = ["-f", "compose.yaml", "--env-file", ".env", "config", "-q"]
    said = subprocess.run(
        [str(cli.program()), *words], cwd=unit, env={}, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert "not set" not in said.stderr
