"""A scratch copy of a project: laid, brought up, and taken down so that nothing of it is left."""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import yaml

from partywall.model.errors import MachineFailed, PartywallError, Place
from partywall.system import files as system_files
from partywall.system.git import remove_tree
from partywall.workflows.matrix import files, record
from partywall.workflows.matrix.calls import Calls
from partywall.workflows.matrix.errors import NotMeasured
from partywall.workflows.matrix.record import Scratch
from partywall.workflows.matrix.scratch_settings import Document
from partywall.workflows.opening import Where, open_project
from partywall.workflows.project import HOME, SCRATCH, Project

_SETTINGS = "partywall.yaml"
_LONGEST = 27
"""Letters of a project's name that are kept: names of databases and networks have an end."""
_DOWN_SECONDS = 300.0
_GIT_SECONDS = 300.0
_WHO = ("-c", "user.name=partywall", "-c", "user.email=partywall@localhost")
_QUIETLY = ("-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null")
_PREFIX = "partywall-matrix-"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy is made of."""

    folder: Path
    names: Sequence[Path]
    private: Collection[Path]
    """Those of them that hold secrets."""


class Copy:
    """The scratch copy of one run; its record is on disk before anything of it is made."""

    def __init__(self, home: Path, scratch: Scratch) -> None:
        self._home = home
        self.scratch = scratch
        self.calls = Calls(scratch.app, scratch.commons, scratch.root)

    def lay(self, source: Source, settings: Document, branch: str) -> None:
        """Have the app's files there, with these settings, in a repository with two branches.

        Raises:
            MachineFailed: when a file cannot be copied, or git fails.
        """
        app = self.scratch.app
        system_files.make_folder(self.scratch.root)
        system_files.make_folder(app / HOME)
        (app / HOME / SCRATCH).touch()
        files.copied(source.folder, source.names, source.private, app)
        self.write(settings)
        self._git("init", "--quiet", "--initial-branch", "main")
        ignored = [f"/{HOME}/", *(f"/{name}" for name in source.private)]
        (app / ".git" / "info").mkdir(exist_ok=True)
        (app / ".git" / "info" / "exclude").write_text("".join(f"{one}\n" for one in ignored))
        self.commit("what is measured")
        self._git("branch", branch)

    def write(self, settings: Document) -> None:
        """Its `partywall.yaml`."""
        text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
        system_files.write_atomically(self.scratch.app / _SETTINGS, text.encode(), 0o644)

    def commit(self, message: str) -> None:
        """All files as they are."""
        self._git("add", "--all")
        self._git(*_WHO, *_QUIETLY, "commit", "--quiet", "--allow-empty", "--message", message)

    def project(self) -> Project:
        """It, opened anew."""
        where = Where(folder=self.scratch.app, commons=self.scratch.commons)
        return open_project(where)

    def clear(self) -> None:
        """Take down what stands of it, and its files; the record stays until `end`.

        Raises:
            NotMeasured, MachineFailed: when something cannot be removed: its folder, which knows
                of it, stays then.
        """
        app = self.scratch.app
        self.calls.end_others()
        if (app / HOME / "state.json").exists():
            self.calls.call("destroy", "--all", "--yes", seconds=_DOWN_SECONDS)
            self.calls.call("trash", "empty", "--yes", seconds=_DOWN_SECONDS)
        remove_tree(app)

    def end(self) -> None:
        """Take it down, what was built for it too, and forget it.

        Raises:
            MachineFailed: naming what is left.
        """
        try:
            if self.scratch.app.exists():
                self.clear()
            self._forget_builds()
            remove_tree(self.scratch.root)
        except (NotMeasured, PartywallError) as error:
            said = error.what if isinstance(error, PartywallError) else str(error)
            raise MachineFailed(
                f"the scratch copy could not be taken down: {said}",
                where=Place(str(self.scratch.root)),
                remedy="see to it; the next `partywall matrix` tries it again",
            ) from error
        record.drop(self._home)

    def _forget_builds(self) -> None:
        """What was built for its name, which nobody else has."""
        system_files.make_folder(self.scratch.app)
        self.write({"project": self.scratch.name, "engine": self.scratch.engine})
        self.project().engine.forget(self.scratch.builds)

    def _git(self, *words: str) -> None:
        command = ("git", "-C", str(self.scratch.app), *words)
        try:
            subprocess.run(
                command,
                env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                capture_output=True,
                text=True,
                check=True,
                timeout=_GIT_SECONDS,
            )
        except FileNotFoundError:
            raise MachineFailed("git is not on this machine", remedy="install git") from None
        except (subprocess.SubprocessError, OSError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise MachineFailed(f"git {words[0]}: {str(said).strip()[:200]}") from error


def named(project: str, engine: str, builds: Sequence[str] = ()) -> Scratch:
    """A new one; nothing is made yet.

    Args:
        project: the name of the user's.
        engine: where it will be.
        builds: names of what was built before, and stays.
    """
    word = secrets.token_hex(3)
    kept = project[:_LONGEST].rstrip("-_") or "app"
    return Scratch(
        name=f"{kept}-matrix-{word}",
        folder=str(place() / f"{_PREFIX}{secrets.token_hex(4)}"),
        engine=engine,
        builds=tuple(builds),
    )


def place() -> Path:
    """Where scratch copies are: what is left of one outlives a restart of the machine."""
    lasting = Path("/var/tmp")  # noqa: S108  (a folder of its own in it, closed to others)
    said = tempfile.gettempdir()
    chosen = lasting if said == "/tmp" and lasting.is_dir() else Path(said)  # noqa: S108
    return chosen.resolve()
