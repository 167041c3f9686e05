"""A git repository and its working trees, asked and told through the git CLI."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from partywall.model.errors import BadInput, MachineFailed, PartywallError, Place
from partywall.system.filelock import locked
from partywall.system.files import failed

SECONDS = 300.0
"""How long one call may take: a fetch is under way, or a large tree is written."""
_KNOWN = ("PATH", "HOME", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "TMPDIR")
"""What git may know of its caller; GIT_DIR and the like would lead it to another repository."""
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"}
_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
"""Hooks are for people's own checkouts."""


class Repository:
    """The repository that a folder is in.

    Attributes:
        top: the folder of its own working tree.
        inner: the folder seen from there; empty at the top.
    """

    def __init__(self, folder: Path) -> None:
        """Raises BadInput when the folder is in none, MachineFailed when git is missing."""
        self._folder = folder
        top, _, inner = self._tell("rev-parse", "--show-toplevel", "--show-prefix").partition("\n")
        self.top = Path(top)
        self.inner = inner.rstrip("/")

    # What it says.

    def commit(self, revision: str) -> str | None:
        """The whole name of a commit; None when there is no such thing."""
        if revision.startswith("-"):
            return None
        return self._ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")

    def local(self, branch: str) -> str | None:
        """Where a branch of its own stands."""
        return self.commit(f"refs/heads/{branch}")

    def fetched(self, branch: str) -> str | None:
        """Where the remote had a branch when it was last asked."""
        found = (self.commit(f"refs/remotes/{remote}/{branch}") for remote in self.remotes())
        return next(filter(None, found), None)

    def remotes(self) -> list[str]:
        """The names of its remotes, `origin` first."""
        return sorted(self._tell("remote").split(), key=lambda name: (name != "origin", name))

    def branches(self) -> list[str]:
        """The names of all branches, those of remotes without the remote."""
        said = self._tell("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
        names = (one.split("/", 2 if one.startswith("refs/heads") else 3) for one in said.split())
        return sorted({parts[-1] for parts in names} - {"HEAD"})

    def counts(self, one: str, other: str) -> tuple[int, int]:
        """How many commits one has that the other has not, and the other way."""
        said = self._tell("rev-list", "--left-right", "--count", f"{one}...{other}").split()
        return int(said[0]), int(said[1])

    def subjects(self, one: str, other: str, most: int) -> list[str]:
        """The first lines of commits that one has and the other has not, the latest first."""
        said = self._tell("log", "--format=%h %s", f"--max-count={most}", f"{other}..{one}")
        return said.splitlines()

    def knows(self, path: Path) -> bool:
        """Whether a file, or any file of a folder, is part of the source."""
        where = path if path.is_dir() else path.parent
        return bool(self._ask("-C", str(where), "ls-files", "--", str(path)))

    def files(self, folder: Path) -> list[str]:
        """What of a folder is part of the source, or would be: all that is not ignored."""
        words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        said = self._tell("-C", str(folder), *words)
        return sorted({name for name in said.split("\0") if name})

    def common(self, one: str, other: str) -> str | None:
        """The commit that two revisions come from; None when there is none."""
        first, second = self.commit(one), self.commit(other)
        return self._ask("merge-base", first, second) if first and second else None

    def differing(self, commit: str, folder: Path) -> list[str]:
        """Files of a folder that are not in a commit, or not as they are there."""
        words = ("diff", "--name-only", "-z", "--relative", "--no-renames", "--diff-filter=d")
        said = self._tell("-C", str(folder), *words, commit, "--")
        said += "\0" + self._tell(
            "-C", str(folder), "ls-files", "-z", "--others", "--exclude-standard"
        )
        return sorted({name for name in said.split("\0") if name})

    def content(self, commit: str, folder: Path, name: str) -> str | None:
        """The text of a folder's file in a commit; None when it was not there."""
        return self._ask("-C", str(folder), "show", f"{commit}:./{name}")

    def touched(self, path: Path) -> float | None:
        """When a file became what it is by a commit, in seconds since the epoch.

        None: no commit has it, or not as it is now.
        """
        where = ("-C", str(path.parent))
        if self._ask(*where, "status", "--porcelain", "--ignored", "--", path.name) != "":
            return None
        said = self._ask(*where, "log", "-1", "--format=%ct", "--", path.name)
        return float(said) if said else None

    # Working trees beside its own.

    def head(self, tree: Path) -> str | None:
        """The commit that a working tree of this repository is at; None when it is none."""
        if not (tree / ".git").is_file():
            return None
        return self._ask("-C", str(tree), "rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def edited(self, tree: Path) -> list[str]:
        """Files of the commit that were changed or removed."""
        return list(self._changed(tree, "--untracked-files=no"))

    def added(self, tree: Path) -> list[str]:
        """Files and folders that no commit knows, ignored ones too."""
        return list(self._changed(tree, "--ignored"))

    def _changed(self, tree: Path, *words: str) -> Iterator[str]:
        said = self._tell("-C", str(tree), "status", "--porcelain", "-z", "--no-renames", *words)
        yield from (line[3:] for line in said.split("\0") if line)

    def put(self, tree: Path, commit: str) -> None:
        """Have a working tree at a commit, made when there is none.

        Raises:
            MachineFailed: with git's last words.
        """
        if self.head(tree) is not None:
            self._tell(*_NO_HOOKS, "-C", str(tree), "checkout", "--quiet", "--detach", commit)
            return
        with self._alone():
            self._tell("worktree", "prune")
            self._tell(*_NO_HOOKS, "worktree", "add", "--quiet", "--detach", str(tree), commit)

    def drop(self, tree: Path) -> None:
        """Remove a working tree with everything in it; an absent one is fine.

        Raises:
            MachineFailed: when something of it cannot be removed.
        """
        if tree.exists():
            remove_tree(tree)
        self.forget()

    def forget(self) -> None:
        """Forget working trees that are no longer where they were made."""
        with self._alone():
            self._tell("worktree", "prune")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While the list of working trees changes: git forgets one that is being made just now."""
        place = self.top / self._tell("rev-parse", "--git-common-dir")
        with locked(place, "the list of working trees", SECONDS):
            yield

    def export(self, commit: str, folder: Path) -> None:
        """Write the files of a commit into an empty folder, which is no working tree."""
        index = folder.parent / f".{folder.name}.index"
        try:
            self._tell("read-tree", commit, index=index)
            self._tell("checkout-index", "--all", f"--prefix={folder}/", index=index)
        finally:
            index.unlink(missing_ok=True)

    def fetch(self, remote: str) -> None:
        """Ask a remote for its branches.

        Raises:
            MachineFailed: with git's last words.
        """
        self._tell("fetch", "--quiet", "--prune", remote)

    # How it is called.

    def _ask(self, *words: str) -> str | None:
        done = self._call(words)
        return done.stdout.rstrip("\n") if done.returncode == 0 else None

    def _tell(self, *words: str, index: Path | None = None) -> str:
        done = self._call(words, {"GIT_INDEX_FILE": str(index)} if index else {})
        if done.returncode:
            raise _failure(done.stderr, self._folder)
        return done.stdout.rstrip("\n")

    def _call(
        self, words: tuple[str, ...], more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        known = {name: os.environ[name] for name in _KNOWN if name in os.environ}
        known |= {
            name: value for name, value in os.environ.items() if name.startswith("GIT_CONFIG")
        }
        where = getattr(self, "top", self._folder)
        try:
            return subprocess.run(
                ["git", *words],
                cwd=where,
                env={**known, **_QUIET, **(more or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
                errors="surrogateescape",
            )
        except FileNotFoundError as error:
            raise MachineFailed(
                "git is not on this machine, and every environment has a checkout of its own",
                remedy="install git",
            ) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MachineFailed(f"git cannot be run: {error}", where=Place(str(where))) from error


def remove_tree(folder: Path) -> None:
    """Remove a folder with everything in it.

    Raises:
        MachineFailed: when something of it cannot be removed.
    """
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise failed(error, "remove", folder) from error


def _failure(stderr: str, folder: Path) -> PartywallError:
    """The error that git's words make; what people often meet has words of ours."""
    said = [line for line in stderr.splitlines() if line.strip()]
    why = next(
        (line for line in said if line.startswith(("fatal:", "error:"))), "it gave no reason"
    )
    if "not a git repository (or any" in why:
        return BadInput(
            "this folder is in no git repository, and every environment has a checkout of its own",
            where=Place(str(folder)),
            remedy="`git init` and commit, or choose an architecture with `source: one`",
        )
    remedy = "see to it, then run the same command again"
    if "dubious ownership" in why:
        remedy = "run it as the repository's owner, or set git's `safe.directory` for it"
    return MachineFailed(f"git: {why.partition(': ')[2] or why}", detail=said[-4:], remedy=remedy)
