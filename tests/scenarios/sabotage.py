"""One wall proved alone, in this process, so that each way of breaking it can be tried."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from partywall.engines.docker.labels import ENVIRONMENT, KEY, PROJECT
from partywall.execution import state
from partywall.model.world import Instance, environment_of
from partywall.proof.probe import Attempt, Verdict
from partywall.proof.probes import found
from partywall.proof.prove import Report, prove
from partywall.workflows.opening import Where, open_project
from partywall.workflows.prove import premises
from scenarios.boxes import Boxes, docker


class Prover:
    """Proves single walls of the project in a folder."""

    def __init__(self, folder: Path, commons: Path | None = None) -> None:
        self.folder = folder
        self.commons = commons

    def report(self, *walls: str) -> Report:
        """What the probes of these names say of everything that stands."""
        probes = [probe for probe in found() if probe.name in walls]
        assert len(probes) == len(walls), walls
        with self._placed():
            project = open_project(Where(folder=self.folder))
            world = project.seen()
            standing = [
                name
                for name in project.settings.environments
                if any(
                    entry.running and isinstance(entry.thing, Instance)
                    for key, entry in world.entries.items()
                    if environment_of(key) == name
                )
            ]
            reach = project.engine.reach()
            try:
                report = prove(premises(project, world, standing, reach), probes, standing)
            finally:
                reach.leave()
        assert report.left == ()
        return report

    @contextlib.contextmanager
    def _placed(self) -> Iterator[None]:
        """Where the machine's projects have their common things, as on their command line."""
        with pytest.MonkeyPatch.context() as patch:
            if self.commons is not None:
                patch.setenv("PARTYWALL_COMMONS", str(self.commons))
            yield


@contextlib.contextmanager
def intruding(
    one: Boxes,
    *options: str,
    environment: str = "dev",
    name: str = "intruder",
    runs: tuple[str, ...] = ("redis:7", "sleep", "300"),
) -> Iterator[None]:
    """A container that is an environment's by its labels, started by hand."""
    found = state.read(one.home)
    assert found is not None
    labels = {PROJECT: found.project_id, ENVIRONMENT: environment, KEY: f"{environment}/{name}"}
    said = [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]
    (container,) = docker("run", "--detach", "--rm", "--init", *said, *options, *runs)
    try:
        yield
    finally:
        docker("rm", "--force", container)


def lines(report: Report, verdict: Verdict) -> list[Attempt]:
    """The attempts that came to this."""
    return [one for one in report.probes if one.verdict is verdict]


def table(report: Report) -> str:
    """All of it, for a test that fails."""
    return os.linesep.join(
        f"{one.verdict.value:16} {one.probe} {one.start} → {one.to}: {one.tried} | {one.answer}"
        for one in report.probes
    )
