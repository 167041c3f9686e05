"""A project in a git repository of its own, with a branch for each environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS

_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "somebody"), ("EMAIL", "somebody@example.org"))
}

_HISTORY = (".git/objects", ".git/logs", ".git/refs", "/journal/", "previews", ".b.log")
"""Of the edge's two sides one has logs from the first, the other when it has its turn."""
_FOR_GOOD = {
    ".partywall/trash", ".partywall/docker/unnamed.json", ".partywall/docker/unnamed.lock",
    ".git/packed-refs",
}  # fmt: skip


def git(folder: Path, *words: str) -> str:
    """Call git in a folder, as its owner would."""
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, **_WHO},
    )  # fmt: skip
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.strip()


class Branched(Boxes):
    """The app `branched` in a repository: `main` as it is, `develop` with more of everything."""

    def __init__(self, folder: Path, name: str, commons: Path, edge: dict[str, Any]) -> None:
        super().__init__(folder, name, commons, edge)
        for path in (self.folder / "compose.yaml", self.folder / "partywall.yaml"):
            path.unlink()
        shutil.copytree(APPS / "branched", self.folder, dirs_exist_ok=True)
        self.settings(project=name, edge=self.edge)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("main", "first")

    def git(self, *words: str) -> str:
        """Call git in the project's folder."""
        return git(self.folder, *words)

    def commit(self, branch: str, message: str, files: dict[str, str | None] | None = None) -> str:
        """Commit files on a branch, made when it is not there; None removes one."""
        known = self.git("branch", "--format", "%(refname:short)").split()
        if known:
            self.git("switch", "--quiet", *([] if branch in known else ["--create"]), branch)
        for name, text in (files or {}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        made = self.git("rev-parse", "HEAD")
        self.git("switch", "--quiet", "main")
        return made

    def compose_of(self, branch: str) -> dict[str, Any]:
        """The Compose file of a branch."""
        return yaml.safe_load(self.git("show", f"{branch}:compose.yaml"))

    def counted(self) -> dict[str, set[str]]:
        """Everything that an environment could leave behind, by kind."""
        named = {
            "route": (self.commons / "edge", "fragments/*"),
            "checkout": (self.home, "checkouts/*"),
            "secret": (self.home, "secrets/*"),
            "env file": (self.folder, ".env.*"),
            "record": (self.home, "state/*/*"),
            "lock": (self.home, "locks/*.lock"),
            "log": (self.commons / "edge", "logs/*.a.log"),
            "rendered": (self.home, "rendered/*"),
            "group": (Path("/sys/fs/cgroup"), f"*/partywall/{self.name}/*/"),
        }
        refs = self.git("for-each-ref", "--format", "%(refname:short)")
        return {
            **{kind: set(found) for kind, found in self.left().items()},
            **{kind: {str(one) for one in top.glob(under)} for kind, (top, under) in named.items()},
            "image": set(docker("images", "-q", "--no-trunc", "--filter", self.mark)),
            "worktree": set(self.git("worktree", "list", "--porcelain").split("\n\n")),
            "ref": set(refs.split()),
            "trash": set(self.trash()),
            "rest": set(_below(self.folder, self.folder)) | set(_below(self.commons, self.folder)),
        }


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, set[str]]:
    """By kind, what came or went meanwhile."""
    return {kind: some for kind in before if (some := before[kind] ^ after[kind])}


def _below(folder: Path, start: Path) -> Iterable[str]:
    """Every path but histories, and what is there for good once something was in it."""
    for path in folder.rglob("*"):
        said = os.path.relpath(path, start)
        if said not in _FOR_GOOD and not any(part in said for part in _HISTORY):
            yield said
