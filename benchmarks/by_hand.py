"""The demo's server processes started without Partywall, as somebody would with a small script.

The same programs with the same arguments, data and variables, in the order that the Compose file
asks for: the datastores, the vault and the edge at once; the migration when the database answers;
API and worker when that is done and cache and broker answer; the page when the API is well. What
is ready is told by the same health checks, asked often. What Partywall does besides is left out:
nothing is planned, recorded, supervised or walled, and only PostgreSQL, which refuses root, runs
under the environment's own user.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.demo import Demo

ENVIRONMENTS = ("prod", "dev")
MIGRATE = ("python", "-m", "alembic", "upgrade", "head")
_READY_SECONDS = 60.0
_POLL_SECONDS = 0.02
_SECRET = re.compile(r"__PW_SECRET_([A-Za-z0-9_]+?)_V([0-9]+)__")


class Programs:
    """What ran when the demo was up, written down to be started by hand."""

    def __init__(self, demo: Demo) -> None:
        self._home = demo.home
        self._log = (demo.home.parent / "by-hand.log").open("ab")
        self._running: list[tuple[subprocess.Popen[bytes], str]] = []
        folder = demo.home / "run"
        self._described: dict[str, dict[str, Any]] = {
            f"{path.parts[-3]}/{path.parts[-2]}": _resolved(json.loads(path.read_text()))
            for path in sorted(folder.glob("*/*/program.json"))
        }
        self._edge = sorted(key for key in self._described if key.startswith("machine/"))
        self._files = {path: path.read_bytes() for path in (demo.home / "edge").glob("*.json")}

    def prepare(self) -> None:
        """Lay out what `down` took away, and let PostgreSQL's user reach its data."""
        for folder in (self._home.parents[1], self._home.parent, self._home, self._home / "data"):
            folder.chmod(folder.stat().st_mode | 0o011)
        for path, content in self._files.items():
            path.with_suffix(".by-hand").write_bytes(content)
        for program in self._described.values():
            for path, text in program["secret_files"].items():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text(text)
            Path(program["folder"]).mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Everything, until everything is well; this is what is timed."""
        for key in self._edge:
            self._begin(key)
        with ThreadPoolExecutor(len(ENVIRONMENTS)) as pool:
            list(pool.map(self._environment, ENVIRONMENTS))
        for key in self._edge:
            self._until(key)

    def stop(self) -> None:
        """End everything, and give files that root wrote back to whom they belong."""
        for process, name in reversed(self._running):
            process.send_signal(signal.Signals[name])
        for process, _ in self._running:
            process.wait(_READY_SECONDS)
        self._running.clear()
        for environment in ENVIRONMENTS:
            self._give_back(environment)
        shutil.rmtree(self._home / "own", ignore_errors=True)

    def close(self) -> None:
        """Stop what is left after a failure."""
        self.stop()
        self._log.close()

    def _environment(self, name: str) -> None:
        for service in ("db", "cache", "mqtt", "vault"):
            self._begin(f"{name}/{service}")
        self._until(f"{name}/db")
        api = self._described[f"{name}/api"]
        subprocess.run(
            MIGRATE, cwd=api["folder"], env=api["environment"], check=True,
            stdout=self._log, stderr=self._log,
        )  # fmt: skip
        self._until(f"{name}/cache")
        self._until(f"{name}/mqtt")
        self._begin(f"{name}/api")
        self._begin(f"{name}/worker")
        self._until(f"{name}/api")
        self._begin(f"{name}/web")
        for service in ("web", "worker", "vault"):
            self._until(f"{name}/{service}")

    def _begin(self, key: str) -> None:
        program = self._described[key]
        command = list(program["command"])
        if key in self._edge:
            command[-1] = str(Path(command[-1]).with_suffix(".by-hand"))
        given: dict[str, Any] = {}
        if key.endswith("/db") and program["account"]:
            uid = program["account"]["uid"]
            given = {"user": uid, "group": uid, "extra_groups": []}
        process = subprocess.Popen(
            command, cwd=program["folder"], env=program["environment"], stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=self._log, start_new_session=True, **given,
        )  # fmt: skip
        self._running.append((process, program["stop_signal"]))

    def _until(self, key: str) -> None:
        program = self._described[key]
        deadline = time.monotonic() + _READY_SECONDS
        while not _is_well(program):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{key} started by hand is not well: see {self._log.name}")
            time.sleep(_POLL_SECONDS)

    def _give_back(self, environment: str) -> None:
        account = self._described[f"{environment}/db"]["account"]
        if account is None:
            return
        for path in (self._home / "data" / environment).rglob("*"):
            os.lchown(path, account["uid"], account["gid"])


def _is_well(program: Mapping[str, Any]) -> bool:
    health = program["health"]
    if health["command"]:
        done = subprocess.run(
            health["command"], cwd=program["folder"], env=program["environment"], check=False,
            capture_output=True,
        )  # fmt: skip
        return done.returncode == 0
    family, address = (
        (socket.AF_UNIX, health["unix"])
        if health["unix"]
        else (socket.AF_INET, tuple(health["tcp"]))
    )
    with socket.socket(family) as trial:
        trial.settimeout(1.0)
        return trial.connect_ex(address) == 0


def _resolved(program: dict[str, Any]) -> dict[str, Any]:
    """The description with every secret in its place, as a person's own env file would have it."""
    named = program["secrets"]
    secrets = json.loads(Path(named).read_text()) if named else {}

    def fill(text: str) -> str:
        return _SECRET.sub(lambda match: str(secrets[match[1]][match[2]]), text)

    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {name: fill(text) for name, text in program["environment"].items()}
    files = {path: fill(text) for path, text in program["secret_files"].items()}
    return {**program, "environment": {"PATH": own, **environment}, "secret_files": files}
