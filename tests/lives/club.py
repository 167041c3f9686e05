"""The reference app as a newcomer has it: a folder with a Compose file and nothing of Partywall."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lives.points import Point
from makapix.browser import Site
from makapix.tour import PASSWORD
from partywall.engines.docker.cgroups import FAMILY
from partywall.engines.embedded.supervise import control, processes
from partywall.execution import state
from scenarios.boxes import Boxes, docker, remove
from scenarios.branched import git
from scenarios.installation import MAKAPIX, SECONDS, Done

_IGNORED = shutil.ignore_patterns("partywall.yaml", ".partywall", ".env.*", "__pycache__")
_PAUSE, _PATIENCE = "2s", "30s"
"""Of health checks. With the example's own a life takes twice as long and fails where several are
led at once; pages and pictures, which are asked for anyway, go without, for half the processors
are busy with asking."""


class Club(Boxes):
    """One project of one engine, in a repository where its point wants one."""

    def __init__(self, folder: Path, name: str, engine: str, point: Point) -> None:
        self.name = name
        self.engine = engine
        self.point = point
        self.folder = folder / name
        self.home = self.folder / ".partywall"
        self.commons = folder / f"commons-{name}"
        shutil.copytree(MAKAPIX, self.folder, ignore=_IGNORED)
        self.edit("name: makapix", f"name: {name}")
        self.edit("interval: 5s", f"interval: {_PAUSE}")
        self.edit("timeout: 3s", f"timeout: {_PATIENCE}")
        self.edit("retries: 3\n", "retries: 15\n")
        for part in ("web", "files"):
            runs = f"x-partywall:\n      run: python -m makapix.{part}"
            self.edit(f"healthcheck: *healthy\n    {runs}", runs)
        if point.branched:
            git(self.folder, "init", "--quiet", "--initial-branch", "main")
            self.commit("first")
            git(self.folder, "branch", "develop")

    def edit(self, old: str, new: str) -> None:
        """Change the Compose file wherever it says this."""
        path = self.folder / "compose.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def commit(self, message: str) -> None:
        """Commit the Compose file and all that was there from the first."""
        git(self.folder, "add", "--all", ":!.partywall", ":!.env.*", ":!partywall.yaml")
        git(self.folder, "commit", "--quiet", "--message", message)

    def renew(self, environment: str, name: str) -> None:
        """Write another value of a secret."""
        path = self.folder / f".env.{environment}"
        text, count = re.subn(rf"^{name}=.*$", f"{name}=renewed-{os.urandom(9).hex()}",
                              path.read_text(), flags=re.MULTILINE)  # fmt: skip
        assert count == 1, name
        path.write_text(text)

    # What visitors see.

    def standing(self) -> dict[str, Site]:
        """The addresses of the environments that stand, production first; each has to be well."""
        said = self.document("status")["environments"]
        found = {name: one for name, one in said.items() if one["present"]}
        assert all(one["healthy"] for one in found.values()), self.call("status").out
        return {name: self._site(name, found[name]) for name in sorted(found, reverse=True)}

    def _site(self, name: str, said: Mapping[str, Any]) -> Site:
        """With the user and the password that it wants."""
        if not said["protected"]:
            return Site(said["url"])
        lines = (self.folder / f".env.{name}").read_text().splitlines()
        [password] = [line for line in lines if line.startswith("PARTYWALL_PASSWORD=")]
        url = said["url"].replace("://", f"://{said['user']}@")
        return Site(url, password.partition("=")[2].strip("'\""))

    def tour(self, site: Site) -> Done:
        """Walk through an environment as two people would."""
        done = subprocess.run(
            [sys.executable, "-m", "makapix.tour", site.url], cwd=MAKAPIX, timeout=SECONDS,
            env={**self.environ(), PASSWORD: site.password},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    # What there is.

    def keeps_obligations(self) -> None:
        """Ask of everything that stands what is owed for its kind."""
        done = subprocess.run(
            [sys.executable, "-m", "lives.obligations", str(self.folder)],
            capture_output=True, text=True, check=False, env=self.environ(), timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def running(self) -> dict[str, str]:
        """Key → what changes when a service is started anew."""
        if self.engine == "embedded":
            states = control.states(self.home / "run").values()
            return {one.key: str(one.process) for one in states if one.running}
        # What the proof started may still be on its way out; it has no key.
        mine = ("--filter", self.mark, "--filter", "label=io.partywall.key")
        names = docker("ps", *mine, "--format", "{{.Names}}")
        if not names:
            return {}
        form = (
            '{{index .Config.Labels "com.docker.compose.project"}}/'
            '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}}{{.State.StartedAt}}'
        )
        words = docker("inspect", "--format", form, *names)
        keys = (word.removeprefix(f"{self.name}-") for word in words[::2])
        return dict(zip(keys, words[1::2], strict=True))

    def left(self) -> dict[str, list[str]]:
        """What there still is of it."""
        edges = [self.home / "edge", self.commons / "edge"]
        found = {
            "route": [str(one) for edge in edges for one in edge.rglob(f"*{self.name}*.json")],
            "checkout": [str(one) for one in self.home.glob("checkouts/*")],
            "data": [str(one) for one in self.home.glob("data/*/*")],
            "trash": list(self.trash()),
        }
        if self.point.branched:
            found["worktree"] = git(self.folder, "worktree", "list").splitlines()[1:]
        if self.engine == "embedded":
            id_ = state.read(self.home)
            marked = processes.find_marked(id_.project_id) if id_ else []
            return {**found, "process": [key for key, _ in marked]}
        groups = [*Path("/sys/fs/cgroup").glob(f"*/{FAMILY}/{self.name}")]
        return {**found, **super().left(), "group": [str(one) for one in groups]}

    # The end.

    def close(self) -> None:
        """Remove everything, whatever came before; what stays is told by the life."""
        if self.home.exists():
            self.call("destroy", "--all", "--yes", code=None)
            self.call("trash", "empty", "--yes", code=None)
            if self.engine == "docker":
                remove(self.mark)
                for image in docker("image", "ls", "-q", f"partywall/{self.name}"):
                    docker("image", "rm", "-f", image)
