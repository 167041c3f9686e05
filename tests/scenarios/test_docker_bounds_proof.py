"""The wall `limits` on a real engine: a budget that holds, and each way in which one does not."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from partywall.engines.docker.labels import KEY
from partywall.engines.docker.pressure import of_group
from partywall.proof.probe import Attempt, Verdict
from scenarios.boxes import Boxes, docker, neighbours
from scenarios.sabotage import Prover, intruding, lines, table

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

LIMITS = {"memory": "300M", "cpus": 0.5, "pids": 500}
ROOT = Path("/sys/fs/cgroup")
VERSION2 = (ROOT / "cgroup.controllers").exists()
PLACED = "run something outside of its budget's group or on other cores"
BOUND = "find a bound that the kernel has otherwise than 300 MiB, 0.5 cores, 500 processes"
EATEN = "take more than 94 MiB with the bounds of dev/cache"
SPUN = "use more than 0.5 cores at once"
KILLED = "have something of prod killed for its memory"
Break = Callable[[Boxes], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """Both environments, development with a budget."""
    with neighbours(tmp_path_factory.mktemp("bounds")) as (one, _):
        one.settings(
            architecture=["dual", "limits"],
            environments={"prod": {}, "dev": {"protected": False, "limits": LIMITS}},
        )
        one.call("up", "--yes")
        yield one


@pytest.fixture
def prover(one: Boxes) -> Prover:
    return Prover(one.folder, one.commons)


def group(one: Boxes, controller: str) -> Path:
    """The kernel's folder of development's group."""
    return (ROOT if VERSION2 else ROOT / controller) / "partywall" / one.name / "dev"


def file(folder: Path, *names: str) -> Path:
    """The first of these that this kernel has."""
    return next(folder / name for name in names if (folder / name).exists())


def container(one: Boxes, key: str) -> str:
    (found,) = docker(
        "ps", "-q", "--no-trunc", "--filter", one.mark, "--filter", f"label={KEY}={key}"
    )
    return found


@contextlib.contextmanager
def written(path: Path, text: str) -> Iterator[None]:
    kept = path.read_text().split("\n")[0]
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(kept)


def test_a_budget_that_holds_is_seen_to(prover: Prover, one: Boxes) -> None:
    report = prover.report("limits")
    rows = {row.tried: row for row in report.probes}
    assert {row.start for row in rows.values()} == {"dev"}, "production has no budget to hold to"
    assert rows.keys() == {PLACED, BOUND, EATEN, SPUN, KILLED}
    # Where others keep the machine busy the burst may wait for the processors all the time.
    unsure = {row.tried for row in lines(report, Verdict.COULD_NOT_TRY)}
    assert unsure <= {SPUN}, table(report)
    assert {row.verdict for row in rows.values() if row.tried != SPUN} == {Verdict.HELD}
    assert rows[SPUN].verdict is not Verdict.CROSSED, table(report)
    assert "killed after" in rows[EATEN].answer
    assert "nothing else of it was chosen" in rows[EATEN].answer


def test_a_burst_leaves_the_environments_own_programs_alone(prover: Prover, one: Boxes) -> None:
    """Its own database is not the one that the kernel chooses."""
    before = docker("ps", "-q", "--no-trunc", "--filter", one.mark)
    started = docker("inspect", "--format", "{{.Id}}{{.State.StartedAt}}", *before)
    prover.report("limits")
    after = docker("ps", "-q", "--no-trunc", "--filter", one.mark)
    assert sorted(docker("inspect", "--format", "{{.Id}}{{.State.StartedAt}}", *after)) == sorted(
        started
    )
    for key in ("dev/web", "dev/cache"):
        name = container(one, key)
        inside = (group(one, controller) / name for controller in ("cpu", "memory"))
        assert of_group(*inside).oom_kills in (0, None), key
    assert one.page("dev") == "dev says hello"


@contextlib.contextmanager
def moved(one: Boxes) -> Iterator[None]:
    """Its first process is taken out of the group that bounds its memory."""
    (pid,) = docker("inspect", "--format", "{{.State.Pid}}", container(one, "dev/web"))
    here = Path(f"/proc/{pid}/cgroup").read_text()
    path = next(
        line.split(":", 2)[2]
        for line in here.splitlines()
        if "memory" in line.split(":")[1].split(",") or line.startswith("0::")
    )
    root = ROOT if VERSION2 else ROOT / "memory"
    (root / "cgroup.procs").write_text(pid)
    try:
        yield
    finally:
        (root / path.lstrip("/") / "cgroup.procs").write_text(pid)


def intruder(one: Boxes) -> AbstractContextManager[None]:
    """A container that is development's by its labels, started by hand."""
    return intruding(one)


@contextlib.contextmanager
def widened(one: Boxes) -> Iterator[None]:
    """It may run on every core."""
    name = container(one, "dev/cache")
    (before,) = docker("inspect", "--format", "{{.HostConfig.CpusetCpus}}", name)
    docker("update", "--cpuset-cpus", f"0-{(os.cpu_count() or 1) - 1}", name)
    try:
        yield
    finally:
        docker("update", "--cpuset-cpus", before, name)


def lifted_memory(one: Boxes) -> AbstractContextManager[None]:
    path = file(group(one, "memory"), "memory.limit_in_bytes", "memory.max")
    return written(path, "max" if VERSION2 else "-1")


def lifted_processes(one: Boxes) -> AbstractContextManager[None]:
    return written(group(one, "pids") / "pids.max", "max")


def lifted_quota(one: Boxes) -> AbstractContextManager[None]:
    path = file(group(one, "cpu"), "cpu.cfs_quota_us", "cpu.max")
    return written(path, "max 100000" if VERSION2 else "-1")


def raised_memory(one: Boxes) -> AbstractContextManager[None]:
    """A larger bound than the environment was given."""
    path = file(group(one, "memory"), "memory.limit_in_bytes", "memory.max")
    return written(path, str(2 << 30))


def no_yielding(one: Boxes) -> AbstractContextManager[None]:
    """It wants processors as much as production does."""
    return written(group(one, "cpu") / "cpu.idle", "0")


@contextlib.contextmanager
def lifted_portion(one: Boxes) -> Iterator[None]:
    """Behind the engine's back, whose own word of it stays as it was."""
    folder = group(one, "memory") / container(one, "dev/web")
    with contextlib.ExitStack() as both:
        swap = folder / "memory.memsw.limit_in_bytes"
        if swap.exists():
            both.enter_context(written(swap, "-1"))
        path = file(folder, "memory.limit_in_bytes", "memory.max")
        both.enter_context(written(path, "max" if VERSION2 else "-1"))
        yield


@contextlib.contextmanager
def raised_portion(one: Boxes) -> Iterator[None]:
    """The one that a burst is like may have more than its portion."""
    name = container(one, "dev/cache")
    (before,) = docker("inspect", "--format", "{{.HostConfig.Memory}}", name)
    docker("update", "--memory", "280m", "--memory-swap", "280m", name)
    try:
        yield
    finally:
        docker("update", "--memory", before, "--memory-swap", before, name)


@contextlib.contextmanager
def more_processes(one: Boxes) -> Iterator[None]:
    name = container(one, "dev/web")
    (before,) = docker("inspect", "--format", "{{.HostConfig.PidsLimit}}", name)
    docker("update", "--pids-limit", "-1", name)
    try:
        yield
    finally:
        docker("update", "--pids-limit", before, name)


@pytest.mark.sabotage("limits", "a program is moved out of the budget's group")
@pytest.mark.sabotage("limits", "a container with development's labels outside of the group")
@pytest.mark.sabotage("limits", "a container may run on every core")
@pytest.mark.sabotage("limits", "the bound of memory is lifted")
@pytest.mark.sabotage("limits", "the bound of memory is raised")
@pytest.mark.sabotage("limits", "the bound of processes is lifted")
@pytest.mark.sabotage("limits", "the quota of processors is lifted")
@pytest.mark.sabotage("limits", "it yields to production no longer")
@pytest.mark.sabotage("limits", "a container's bound of memory is lifted behind the engine's back")
@pytest.mark.sabotage("limits", "a container may take more than its portion of memory")
@pytest.mark.sabotage("limits", "a container's bound of processes is lifted")
@pytest.mark.parametrize(
    ("breaking", "tried", "words"),
    [
        (moved, PLACED, "runs outside of the budget's group"),
        (intruder, PLACED, "dev/intruder"),
        (widened, PLACED, "may run on cores 0, 1"),
        (lifted_memory, BOUND, "memory."),
        (raised_memory, BOUND, f"{2 << 30}"),
        (lifted_processes, BOUND, "pids.max is max, not 500"),
        (lifted_quota, BOUND, "cpu."),
        (no_yielding, BOUND, "cpu.idle is 0, not 1"),
        (lifted_portion, BOUND, "dev/web has no bound of memory in the kernel"),
        (raised_portion, EATEN, "and nothing stopped it"),
        (more_processes, BOUND, "web has PidsLimit"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_budget_that_does_not_hold_is_found(
    prover: Prover, one: Boxes, breaking: Break, tried: str, words: str
) -> None:
    with breaking(one):
        report = prover.report("limits")
    crossed = {row.tried: row for row in lines(report, Verdict.CROSSED)}
    assert tried in crossed, table(report)
    assert words in crossed[tried].answer
    assert no_others(crossed, tried), table(report)


def no_others(crossed: dict[str, Attempt], tried: str) -> bool:
    """Of the burst a hole is the same hole; what is whole is not called broken."""
    same = {PLACED: {PLACED, BOUND, SPUN}, BOUND: {BOUND, SPUN}, EATEN: {BOUND, EATEN}}
    return crossed.keys() <= same[tried]


@pytest.mark.sabotage("limits", "a budget that is asked for and not in force")
def test_a_budget_that_is_asked_for_and_not_in_force_is_a_hole(prover: Prover, one: Boxes) -> None:
    path = one.folder / "partywall.yaml"
    kept = path.read_text()
    asked = {"prod": {"limits": {"memory": "2G"}}, "dev": {"protected": False, "limits": LIMITS}}
    one.settings(environments=asked)
    try:
        report = prover.report("limits")
    finally:
        path.write_text(kept)
    rows = [row for row in lines(report, Verdict.CROSSED) if row.start == "prod"]
    assert any("runs outside of the budget's group" in row.answer for row in rows), table(report)
    assert not group(one, "cpu").with_name("prod").exists(), "the proof has left a group behind"


def test_without_a_budget_it_is_said_that_all_can_be_taken(prover: Prover, one: Boxes) -> None:
    path = one.folder / "partywall.yaml"
    kept = path.read_text()
    one.settings(architecture=["dual"], environments={"prod": {}, "dev": {"protected": False}})
    one.call("up", "--yes")
    try:
        (row,) = prover.report("limits").probes
    finally:
        path.write_text(kept)
        one.call("up", "--yes")
    assert (row.start, row.to, row.verdict) == ("dev", "prod", Verdict.SHARED)
    assert "it has no budget" in row.answer
