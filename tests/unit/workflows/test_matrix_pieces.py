"""The pure pieces of `matrix`: what is kept, counted, guessed and said."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from partywall import catalog
from partywall.cli.render.matrix_lines import MatrixLines, minutes
from partywall.cli.render.style import style_for
from partywall.model.app import Mount, Role
from partywall.model.errors import MachineFailed, Refused
from partywall.model.world import (
    AnyThing,
    Database,
    FileSpace,
    Instance,
    KeySpace,
    Limit,
    TopicSpace,
    World,
)
from partywall.proof.matrix.figures import (
    Burn,
    Effort,
    Figures,
    Migration,
    Parallel,
    Taken,
    Walls,
)
from partywall.workflows.matrix import document, effort, files, migration, record
from partywall.workflows.matrix.burn import processors_time
from partywall.workflows.matrix.calls import reason
from partywall.workflows.matrix.document import Matrix
from partywall.workflows.matrix.pace import FULL, QUICK, pace
from partywall.workflows.matrix.record import Scratch
from partywall.workflows.matrix.run import beside

NAMES = [*catalog.presets()]


def figures(**more: Any) -> Figures:
    alone = Taken(
        memory_bytes={"prod": 100 << 20}, data_bytes=40 << 20, files_bytes=0, idle_cores=0.01,
        running=5, up_seconds=3.0,
    )  # fmt: skip
    whole = msgspec.structs.replace(
        alone, memory_bytes={"prod": 100 << 20, "dev": 80 << 20}, running=10
    )
    made: dict[str, Any] = {
        "parallel": Parallel(environments=2, asked=20, both=20),
        "walls": Walls(probes={"http": {"held": 4}}),
        "taken": whole,
        "alone": alone,
        "migration": Migration(tried=True, worked=True),
        "effort": Effort(things=3, rendered_lines=9, settings_lines=0, secrets=2, rights=0),
    }
    return Figures(**{**made, **more})


def matrix(**more: Any) -> Matrix:
    return Matrix(**{"project": "p", "engine": "docker", "machine": {}, "quick": False, **more})


# What is kept.


def test_what_was_measured_is_read_again_and_counts_as_done(tmp_path: Path) -> None:
    kept = matrix().without_figures("shared", "no image").with_figures("dual", figures())
    document.write(tmp_path, kept)
    again = document.read(tmp_path, "docker")
    assert again == kept
    assert document.read(tmp_path, "embedded") is None
    whole = kept.with_figures("shared", figures())
    assert whole.not_measured == {}
    assert [*whole.architectures] == ["dual", "shared"]


def test_the_document_says_what_was_promised() -> None:
    made = document.document(matrix().with_figures("dual", figures()))
    assert {"project", "engine", "machine", "quick", "architectures", "not_measured"} <= {*made}
    assert msgspec.convert(made["architectures"]["dual"]["figures"], Figures) == figures()


def test_the_document_is_in_the_customary_order() -> None:
    late = matrix().with_figures("hybrid", figures()).with_figures("dual", figures())
    assert [*document.document(late)["architectures"]] == ["dual", "hybrid"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = document.place(tmp_path, "docker")
    path.parent.mkdir()
    path.write_text('{"project": 3}')
    with pytest.raises(MachineFailed, match="damaged"):
        document.read(tmp_path, "docker")


def test_a_scratch_copy_is_remembered_until_it_is_dropped(tmp_path: Path) -> None:
    made = Scratch(name="a-matrix-1", folder="/x/y", engine="docker", builds=("i:1",))
    assert record.read(tmp_path) is None
    record.write(tmp_path, made)
    assert record.read(tmp_path) == made
    assert (made.app, made.commons) == (Path("/x/y/app"), Path("/x/y/commons"))
    record.drop(tmp_path)
    record.drop(tmp_path)
    assert record.read(tmp_path) is None


def test_a_damaged_record_is_no_scratch_copy(tmp_path: Path) -> None:
    record.write(tmp_path, Scratch(name="a", folder="/x", engine="docker"))
    (tmp_path / "matrix" / "scratch.json").write_text("{}")
    with pytest.raises(MachineFailed, match="damaged"):
        record.read(tmp_path)


# What is copied.


def test_files_are_copied_and_secrets_are_their_owners_alone(tmp_path: Path) -> None:
    app, to = tmp_path / "app", tmp_path / "copy"
    (app / "src").mkdir(parents=True)
    (app / "src" / "run.sh").write_text("run")
    (app / "src" / "run.sh").chmod(0o755)
    (app / ".env.prod").write_text("KEY=x")
    (app / ".env.prod").chmod(0o644)
    (app / "inner").symlink_to("src")
    (app / "outer").symlink_to("/etc/hostname")
    (app / "far").symlink_to("/etc")
    names = [Path(one) for one in ("src/run.sh", ".env.prod", "inner", "outer", "far", "gone")]
    files.copied(app, names, {Path(".env.prod")}, to)
    assert (to / "src" / "run.sh").read_text() == "run"
    assert os.access(to / "src" / "run.sh", os.X_OK)
    assert stat.S_IMODE((to / ".env.prod").stat().st_mode) == 0o600
    assert (to / "inner").readlink() == Path("src")
    assert not (to / "outer").is_symlink()
    assert (to / "outer").read_bytes() == Path("/etc/hostname").read_bytes()
    assert not (to / "far").exists()
    assert not (to / "gone").exists()


@pytest.fixture
def _no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_known_to_git", lambda _folder: None)


def database(source: Path) -> World:
    mounts = (Mount(kind="bind", source=str(source), target="/var/lib/postgresql"),)
    return World.of([Instance(key="prod/db", service="db", role=Role.DATABASE, mounts=mounts)])


@pytest.mark.usefixtures("_no_git")
def test_what_datastores_write_and_what_tools_keep_is_not_copied(tmp_path: Path) -> None:
    for name in ("data/base", "src/a.py", ".git/HEAD", "node_modules/x", ".partywall/s", ".env"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = files.wanted(tmp_path, database(tmp_path / "data"), [tmp_path / "node_modules" / "x"])
    assert {*map(str, found)} == {".env", "node_modules/x", "src/a.py"}


@pytest.mark.usefixtures("_no_git")
def test_a_folder_with_more_than_an_app_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dump.sql").touch()
    os.truncate(tmp_path / "dump.sql", files.MOST + 1)
    with pytest.raises(Refused, match="most of it in dump"):
        files.wanted(tmp_path, World(), [])


# What is counted.


def test_lines_beyond_the_base_are_counted() -> None:
    base = {"project": "p", "architecture": "dual", "environments": {"dev": {}}}
    assert effort.settings_lines(base, base) == 0
    assert effort.settings_lines({**base, "architecture": "shared"}, base) == 1
    ports = {**base, "architecture": "ports", "environments": {"dev": {"port": 8443}}}
    assert effort.settings_lines(ports, base) == 3


def test_rendered_lines_are_those_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "compose.yaml").write_text("a\nb\n")
    (tmp_path / "prod" / "users.acl").write_text("a\n")
    (tmp_path / "prod" / ".env").write_text("SECRET=x\n")
    (tmp_path / "README.md").write_text("words\n")
    assert effort.rendered_lines({"own": tmp_path, "edge": tmp_path / "none"}) == 3


SHARED: list[AnyThing] = [
    KeySpace(key="dev/keyspace/cache", server="shared/cache", user="dev", prefix="dev:"),
    TopicSpace(key="dev/topicspace/mqtt", server="shared/mqtt", user="dev", prefix="dev/"),
    FileSpace(key="dev/filespace/v", name="v", volume="shared/volume/v", folder="dev"),
    Database(key="dev/database/db", server="shared/db", name="n", owner="o", kind="schema"),
    Database(key="prod/database/own", server="prod/db", name="n", owner="o"),
]


def test_rights_are_those_inside_what_is_shared() -> None:
    assert effort.rights(World.of(SHARED)) == 4
    assert effort.rights(World()) == 0


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_to_do_follows_from_the_choices(name: str) -> None:
    point = catalog.choices([name])
    said = " / ".join(effort.manual(point, World.of(SHARED)))
    assert ("DNS" in said) is (name not in ("ports", "snapshots", "flags"))
    assert ("firewall" in said) is (name == "ports")
    assert ("branch" in said) is (name == "branches")
    assert ("`public.`" in said) is (name == "schemas")
    assert ("PARTYWALL_CACHE_PREFIX" in said) is (name in ("shared", "schemas"))
    assert ("PARTYWALL_BROKER_PREFIX" in said) is (name in ("shared", "schemas"))
    assert ("when to switch" in said) is (name == "profiles")
    assert ("flag in the code" in said) is (name in ("flags", "hybrid"))


def test_a_budget_is_to_be_chosen_where_it_is_enforced() -> None:
    point = catalog.choices(["dual", "limits"])
    limit = Limit(key="dev/limit/all", cpus=1.0, memory_bytes=1, pids=1)
    assert any("budget" in one for one in effort.manual(point, World.of([limit])))
    assert not any("budget" in one for one in effort.manual(point, World()))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0m0.00s 0m0.00s\n1m2.50s 0m0.25s\n", 62.75),
        ("0m0.00s 0m0.00s\n0m3s 0m1s", 4.0),
        ("", 0.0),
        ("nothing of the kind", 0.0),
    ],
)
def test_the_shells_times_are_understood(said: str, seconds: float) -> None:
    assert processors_time(said) == seconds


@pytest.mark.parametrize(
    ("err", "said"),
    [
        ("", ""),
        ("a note\n", ""),
        ("a note\nerror: it broke\n  do: mend it\n", "it broke"),
        ("error: it broke,\n       as it does\n  | line\n", "it broke, as it does"),
        (
            "error: 1 of 3 done\n       failed: create a: no\n       failed: b\n       done: c\n",
            "1 of 3 done failed: create a: no",
        ),
        ("error: " + "x" * 500, "x" * 399 + "…"),
    ],
)
def test_the_reason_is_a_verbs_own_error(err: str, said: str) -> None:
    assert reason(err) == said


def test_production_must_be_as_it_was() -> None:
    one: Any = ("a table",)
    assert migration.compared(one, one, "") == Migration(tried=True, worked=True)
    assert migration.compared(one, (), "").production_changed
    broken = migration.compared(one, one, "no right")
    assert (broken.worked, broken.why) == (False, "no right")


def test_both_forms_are_within_their_time() -> None:
    """A full run has 45 minutes, a quick one 15, on two cores."""
    for form, most in ((FULL, 45), (QUICK, 15)):
        assert sum(form.seconds(name) for name in NAMES) + form.estimate < most * 60
    assert pace(quick=True) is QUICK
    assert pace(quick=False) is FULL
    assert FULL.rounds("dual") == FULL.pair == FULL.rounds("limits")
    assert FULL.rounds("shared") == FULL.burn
    assert QUICK.rounds("shared") is None
    assert QUICK.seconds("shared") < QUICK.seconds("dual")


# What is said.


def text() -> tuple[MatrixLines, io.StringIO]:
    stream = io.StringIO()
    now = iter([0.0, *[75.0] * 20])
    return MatrixLines(stream, style_for(stream, {}, 80), now=lambda: next(now)), stream


def test_progress_says_what_how_far_and_how_long() -> None:
    lines, stream = text()
    lines.begins(["dual", "shared"], ["ports"], 600.0)
    lines.does("", "production alone: up")
    lines.does("shared", "the walls")
    lines.ended("dual", "", 300.0)
    lines.ended("shared", "no\x1b image", 0.0)
    said = stream.getvalue().splitlines()
    assert "measured before, and not again: ports" in said[0]
    assert "2 to measure, about 10 min: dual, shared" in said[1]
    assert said[2].endswith("production alone: up")
    assert " 1:15 shared (2 of 2): the walls" in said[3]
    assert said[4].endswith("dual measured; about 5 min left")
    assert "shared not measured: no" in said[5]
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, "10 s"), (44, "40 s"), (89, "90 s"), (90, "2 min")]
)
def test_a_guess_is_round(seconds: float, said: str) -> None:
    assert minutes(seconds) == said


def test_a_budget_is_shown_beside_the_same_without_one() -> None:
    without = Burn(limits=False, word="failed", ratio=3.0)
    held = figures(burns=(Burn(limits=True, word="passed", ratio=1.1),))
    kept = matrix().with_figures("dual", figures(burns=(without,)))
    assert beside(kept, "limits", held).burns == (without, *held.burns)
    assert beside(kept, "shared", held) == held
    assert beside(matrix(), "limits", held) == held
