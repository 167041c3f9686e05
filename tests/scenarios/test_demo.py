"""A newcomer's first minute: a fresh clone, one command, the proof; and the same again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from partywall.engines.embedded.supervise import control
from scenarios.installation import Done, Installation, kill

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SECONDS = 420.0
WRITTEN_ALL_THE_TIME = ("pgdata/", "cachedata/")
"""Servers that run write here whoever asks them for what."""


class Clone(Installation):
    """The repository as a newcomer has it, in a folder that only they can enter."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / "examples" / "makapix"
        self.home = self.folder / ".partywall"
        self.run = self.home / "run"
        self.project = "makapix"
        self.bin = folder / ".venv" / "bin"

    def command(self, *words: str) -> list[str]:
        """The clone's own command."""
        return [str(self.bin / "partywall"), "-C", str(self.folder), *words]

    def shows(self, *command: str) -> Done:
        """Run something in the clone, as on a terminal of its own."""
        done = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, timeout=SECONDS,
            stdin=subprocess.DEVNULL, check=False, env=plain_environment(),
        )  # fmt: skip
        said = Done(done.returncode, done.stdout, done.stderr)
        assert said.code == 0, said.text
        assert "Traceback" not in said.text, said.text
        return said

    def alone(self) -> dict[str, int]:
        """Key and start → number of every program and of who watches over them.

        Not every process with the installation's mark: health checks come and go by themselves.
        """
        found = control.states(self.run)
        every = [(key, one.process) for key, one in found.items() if one.running and one.process]
        every += [("watcher", one) for one in self.watchers()]
        return {f"{key} {process.start}": process.pid for key, process in every}

    def times(self) -> dict[str, int]:
        """When each file of the data was last written, where servers do not write by themselves."""
        data = self.home / "data"
        found = {str(path.relative_to(data)): path for path in data.rglob("*") if path.is_file()}
        return {
            name: path.stat().st_mtime_ns
            for name, path in found.items()
            if not any(part in name for part in WRITTEN_ALL_THE_TIME)
            or name.endswith(("PG_VERSION", "postgresql.conf", "pg_hba.conf"))
        }

    def rows(self) -> dict[str, tuple[int, ...]]:
        """How much is in each environment's database."""
        tables = ("users", "posts", "reactions", "comments")
        asked = ", ".join(f"(select count(*) from {table})" for table in tables)
        return {name: self.query(name, f"select {asked}")[0] for name in ("prod", "dev")}


@contextlib.contextmanager
def cloned() -> Iterator[Clone]:
    """What is in the working tree and known to git, or new and not ignored."""
    folder = Path(tempfile.mkdtemp(prefix="pw-demo-"))
    assert folder.stat().st_mode & 0o777 == 0o700
    clone = Clone(folder)
    try:
        listed = subprocess.run(
            ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        yield clone
    finally:
        with contextlib.suppress(AssertionError):
            if clone.id and (clone.bin / "partywall").exists():
                clone.call("destroy", "--all", "--yes")
        for process in clone.left():
            kill(process)
        shutil.rmtree(folder, ignore_errors=True)


def plain_environment() -> dict[str, str]:
    """A newcomer's: nothing of this test run's virtual environment or settings."""
    keep = (
        "HOME",
        "USER",
        "LOGNAME",
        "TERM",
        "TMPDIR",
        "PIP_INDEX_URL",
        "PIP_CONFIG_FILE",
        "PARTYWALL_COMMONS",
    )
    kept = {name: os.environ[name] for name in keep if name in os.environ}
    own = str(Path(sys.executable).parent)
    path = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part != own]
    return {**kept, "PATH": os.pathsep.join(path), "LANG": "C.UTF-8"}


def furnish(clone: Clone) -> None:
    """Make the clone's virtual environment from this one's packages, with the clone's source.

    Packages are linked, not installed, which spares the minutes of a download; `make demo` in the
    long tests installs them.
    """
    venv.create(clone.root / ".venv", with_pip=False, symlinks=True)
    here = Path(sysconfig.get_path("purelib"))
    there = Path(sysconfig.get_path("purelib", vars={"base": str(clone.root / ".venv")}))
    ours = shutil.ignore_patterns("*partywall*", "__editable__*", "pip", "playwright", "mypy*")
    shutil.copytree(here, there, ignore=ours, copy_function=linked, dirs_exist_ok=True)
    (there / "partywall.pth").write_text(f"{clone.root / 'src'}\n")
    for program in ("caddy", "docker-compose"):
        linked(str(Path(sys.executable).parent / program), str(clone.bin / program))
    script = clone.bin / "partywall"
    script.write_text(f"#!{clone.bin / 'python'}\nfrom partywall.__main__ import main\nmain()\n")
    script.chmod(0o755)


def linked(source: str, target: str) -> str:
    """The same file once more, or a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def ends_well(said: Done) -> None:
    """Addresses, the status table, the proof and the password, in the order of the story."""
    text = said.out
    assert re.search(r"^prod +https://makapix\.localhost(:\d+)?$", text, re.MULTILINE), text
    assert re.search(r"^dev +https://dev\.makapix\.localhost(:\d+)?", text, re.MULTILINE), text
    told = ["$ partywall up", "$ partywall status", "RESTARTS", "$ partywall prove", "probes:"]
    places = [text.index(word) for word in [*told, "development: user dev, password "]]
    assert places == sorted(places), text
    for service in ("api", "cache", "db", "mqtt", "vault", "web", "worker"):
        assert len(re.findall(rf"^  {service} .* healthy .* —$", text, re.MULTILINE)) == 2, text
    assert " held" in text
    assert "0 held" not in text
    if os.geteuid() == 0:
        assert "crossed" not in text.partition("$ partywall prove")[2], text


def test_a_fresh_clone_comes_up_and_the_second_time_nothing_changes():
    with cloned() as clone:
        furnish(clone)
        demo = (str(clone.bin / "python"), "examples/demo.py")
        first = clone.shows(*demo)
        ends_well(first)
        assert "no changes" not in first.out
        where = clone.shows(str(clone.bin / "python"), "-c", "import partywall as p; print(p)").out
        assert str(clone.root / "src") in where
        prod, dev = clone.env("prod"), clone.env("dev")
        assert not {*prod.values()} & {*dev.values()}
        assert f"password {dev['PARTYWALL_PASSWORD']}" in first.out
        rows = clone.rows()
        assert rows["prod"][0] == 0
        assert rows["dev"][0] == 20

        before = (clone.alone(), clone.times(), clone.rows(), clone.tree())
        assert before[0]
        assert before[1]
        assert "no changes" in clone.call("up", "--yes").out
        assert (clone.alone(), clone.times(), clone.rows(), clone.tree()) == before

        second = clone.shows(*demo)
        ends_well(second)
        assert "no changes" in second.out
        assert (clone.alone(), clone.rows(), clone.env("dev")) == (before[0], rows, dev)
        states = json.loads(clone.call("status", "--json").out)["environments"]
        assert {name: states[name]["healthy"] for name in states} == {"prod": True, "dev": True}

        clone.call("destroy", "--all", "--yes")
        assert clone.left() == []


@pytest.mark.long
def test_make_demo_needs_nothing_but_python():
    with cloned() as clone:
        python = getattr(sys, "_base_executable", sys.executable)
        first = clone.shows("make", "demo", f"PYTHON={python}")
        ends_well(first)
        before = clone.alone()
        second = clone.shows("make", "demo", f"PYTHON={python}")
        assert "no changes" in second.out
        assert clone.alone() == before
        clone.shows("make", "demo-down")
        assert clone.left() == []
