"""Environments on branches of their own, as plain processes: remotes, env files, refusals."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from partywall.execution import previews
from partywall.system.git import Repository
from scenarios.installation import APPS, Installation, until

pytestmark = pytest.mark.scenario

WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
COMPOSE = {
    "services": {
        "web": {
            "image": "none",
            "expose": ["8080"],
            "env_file": [".env"],
            "environment": {"NAME": "${PARTYWALL_ENVIRONMENT}", "VAULT_DIR": "/data"},
            "volumes": ["./data:/data"],
            "stop_grace_period": "1s",
            "x-partywall": {"run": "python -I -S web.py", "route": "/"},
        }
    }
}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *WHO, *words], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )  # fmt: skip
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.strip()


class Cloned(Installation):
    """An app in a folder of a repository that has a remote, where somebody else works."""

    def __init__(self, folder: Path) -> None:
        source = folder / "source"
        source.mkdir()
        (source / "web.py").write_text((APPS / "tiny" / "web.py").read_text())
        (source / "compose.yaml").write_text(yaml.safe_dump(COMPOSE))
        (source / ".gitignore").write_text(".partywall\n.env.*\ndata\n")
        (source / "partywall.yaml").write_text(
            "project: cloned\nengine: embedded\narchitecture: branches\n"
            "environments: {prod: {}, dev: {}}\n"
        )
        super().__init__(source, folder / "clone" / "app")
        (self.folder / ".env").write_text("WORD=main's\n")
        self.top = self.folder.parent
        git(self.top, "init", "--quiet", "--initial-branch", "main")
        git(self.top, "add", "--all")
        git(self.top, "commit", "--quiet", "--message", "first")
        remote = folder / "remote.git"
        git(folder, "clone", "--quiet", "--bare", str(self.top), str(remote))
        git(self.top, "remote", "add", "origin", str(remote))
        self.theirs = folder / "theirs"
        git(folder, "clone", "--quiet", str(remote), str(self.theirs))
        git(self.theirs, "switch", "--quiet", "--create", "develop")

    def they_push(self, name: str, text: str) -> str:
        """Somebody else changes a file of `develop`."""
        (self.theirs / "app" / name).write_text(text)
        git(self.theirs, "add", "--all")
        git(self.theirs, "commit", "--quiet", "--message", f"their {name}")
        git(self.theirs, "push", "--quiet", "origin", "develop")
        return git(self.theirs, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def cloned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloned]:
    made = Cloned(tmp_path_factory.mktemp("cloned"))
    try:
        made.they_push(".env", "WORD=develop's\n")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def standing(cloned: Cloned) -> Cloned:
    """The branch of dev is known from the remote alone."""
    assert "no branch develop" in cloned.call("plan", code=2).err
    git(cloned.top, "fetch", "--quiet")
    cloned.call("up", "--yes")
    return cloned


def test_each_has_the_env_file_of_its_branch_and_secrets_of_the_project(standing: Cloned) -> None:
    assert standing.page("prod") == "prod says main's\n"
    assert standing.page("dev") == "dev says develop's\n"
    assert "PARTYWALL_PASSWORD" in standing.env("dev")
    assert "no changes" in standing.call("up", "--yes").out


def test_a_pull_asks_the_remote_and_runs_the_new_code(standing: Cloned) -> None:
    code = (APPS / "tiny" / "web.py").read_text()
    commit = standing.they_push("web.py", code.replace(" says ", " now says "))
    prod = standing.process("prod/web")
    steps = standing.steps("pull", "dev", "--yes")
    assert {key: action for key, (action, _) in steps.items()} == {
        "dev/checkout/source": "change",
        "dev/web": "change",
    }
    assert standing.page("dev") == "dev now says develop's\n"
    assert standing.process("prod/web") == prod
    found = standing.document("status")["environments"]["dev"]["checkout"]
    assert (found["branch"], found["commit"]) == ("develop", commit)


def test_a_branch_that_has_parted_from_the_remote_s_is_refused(standing: Cloned) -> None:
    git(standing.top, "branch", "develop", "origin/develop~1")
    git(standing.top, "switch", "--quiet", "develop")
    git(standing.top, "commit", "--quiet", "--allow-empty", "--message", "ours")
    git(standing.top, "switch", "--quiet", "main")
    try:
        assert "has parted from the remote's" in standing.call("pull", "dev", code=3).err
        assert "no changes" in standing.call("up", "--yes").out
    finally:
        git(standing.top, "branch", "--delete", "--force", "develop")


def test_a_pull_that_failed_is_taken_back_to_the_commit_before(standing: Cloned) -> None:
    code = (standing.theirs / "app" / "web.py").read_text()
    commit = standing.they_push("web.py", code.replace(" now says ", " soon says "))
    broken = standing.they_push("web.py", code.replace("def main", "def other"))
    standing.call("pull", "dev", "--commit", broken, "--yes", code=4)
    standing.call("resume", "--back", "--yes")
    assert standing.page("dev") == "dev now says develop's\n"
    standing.call("pull", "dev", "--commit", commit, "--yes")
    assert standing.page("dev") == "dev soon says develop's\n"
    standing.they_push("web.py", code)


def test_data_of_a_bound_folder_are_never_left_behind(standing: Cloned) -> None:
    assert (standing.home / "checkouts" / "prod" / "app" / "data").is_dir()
    settings = standing.folder / "partywall.yaml"
    text = settings.read_text()
    (standing.home / "checkouts" / "prod" / "app" / "data" / "rows").write_text("data")
    settings.write_text(text.replace("architecture: branches", "architecture: dual"))
    refused = standing.call("up", "prod", "--yes", code=3)
    assert "has data in" in refused.err
    assert "app/data, and would have an empty ./data" in refused.err
    settings.write_text(text)
    assert "no changes" in standing.call("up", "prod", "--yes").out


def test_a_compose_file_that_reaches_out_of_its_checkout_is_refused(standing: Cloned) -> None:
    said = yaml.safe_load(yaml.safe_dump(COMPOSE))
    said["services"]["web"]["volumes"] = ["../../:/data"]
    standing.they_push("compose.yaml", yaml.safe_dump(said))
    assert "reaches out of its checkout" in standing.call("pull", "dev", "--yes", code=3).err
    standing.they_push("compose.yaml", yaml.safe_dump(COMPOSE))


def test_submodules_are_refused(standing: Cloned) -> None:
    (standing.theirs / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = ../x\n')
    standing.they_push("note.txt", "x")
    assert "submodules" in standing.call("pull", "dev", code=3).err
    (standing.theirs / ".gitmodules").unlink()
    standing.they_push("note.txt", "y")


def of(standing: Cloned, name: str) -> set[str]:
    """Every file and folder that is called after an environment."""
    below = (path.relative_to(standing.folder) for path in standing.folder.rglob("*"))
    return {str(path) for path in below if any(name in part for part in path.parts)}


def by_the_clock(standing: Cloned) -> str:
    """What the line for cron says when it is run as cron would run it."""
    line = standing.call("reap", "--cron").out.rstrip()
    command = line.split(maxsplit=5)[5].replace("\\%", "%")
    known = {name: os.environ[name] for name in ("HOME", "LOGNAME") if name in os.environ}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", capture_output=True, text=True, check=True,
        env={**known, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not there")
def test_systemd_takes_the_timer(standing: Cloned, tmp_path: Path) -> None:
    said = standing.call("reap", "--systemd").out
    files = re.findall(r"# /etc/systemd/system/(\S+)\n(.*?)(?=\n# |\Z)", said, re.DOTALL)
    for name, text in files:
        (tmp_path / name).write_text(text)
    names = [str(tmp_path / name) for name, _ in files]
    assert [Path(name).suffix for name in names] == [".service", ".timer"]
    done = subprocess.run(
        ["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def time_passes(standing: Cloned, name: str) -> None:
    """Wait until a preview is over."""
    end = previews.read(standing.home)[name].until
    until(lambda: time.time() > end, what=f"{name} is over")


def test_a_preview_goes_with_its_time_or_when_it_is_destroyed(standing: Cloned) -> None:
    git(standing.top, "fetch", "--quiet")
    git(standing.top, "branch", "feature/Short_One", "origin/develop")
    git(standing.top, "branch", "feature/long", "origin/develop")
    standing.call("preview", "feature/Short_One", "--ttl", "1s")
    assert of(standing, "feature-short-one")
    time_passes(standing, "feature-short-one")
    assert "its time was over" in standing.call("up", "dev", "--yes").err
    assert of(standing, "feature-short-one") == set()

    git(standing.top, "branch", "feature/third", "origin/develop")
    standing.call("preview", "feature/third", "--ttl", "1s")
    time_passes(standing, "feature-third")
    assert "its time was over" in by_the_clock(standing)
    assert of(standing, "feature-third") == set()

    standing.call("preview", "feature/long", "--ttl", "1d")
    assert "no preview is over" in standing.call("reap").out
    standing.call("destroy", "feature-long", "--yes")
    assert standing.document("preview", "list")["previews"] == []
    assert of(standing, "feature-long") == set()
    assert "there is no branch feature/none" in standing.call("preview", "feature/none", code=2).err
    assert "is no duration" in standing.call("preview", "feature/long", "--ttl", "x", code=2).err


def test_checkouts_that_come_and_go_at_once_do_not_take_each_other_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")

    def come_and_go(number: int) -> None:
        repository, tree = Repository(tmp_path), tmp_path / "trees" / str(number)
        for _ in range(20):
            repository.put(tree, commit)
            assert repository.head(tree) == commit
            assert (tree / "file").read_text() == "x\n"
            repository.drop(tree)

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(come_and_go, range(6)))
    assert git(tmp_path, "worktree", "list").count("\n") == 0
