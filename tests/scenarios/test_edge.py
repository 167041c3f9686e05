"""The edge with the real Caddy: what it answers, what it keeps, and what it survives."""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import json
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from partywall.edge import command, drain, load, sides
from partywall.edge.admin import ask, running_configuration
from partywall.edge.drain import drained, requests_under_way
from partywall.edge.fragment import Fragment, Served
from partywall.edge.fragments import stored
from partywall.edge.home import EdgeHome
from partywall.edge.load import change_fragment, reload, remove_fragment, set_fragment
from partywall.edge.observe import NOT_LOADED, look_route, observe_routes
from partywall.edge.performer import RoutePerformer, hashed
from partywall.edge.settings import EdgeSettings, Tls
from partywall.interfaces import Ways
from partywall.model.errors import BadInput, MachineFailed, Refused
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import BasicAuth, Entry, Route, fingerprint
from partywall.system.files import read_bytes

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(120)]

PASSWORD = "canary-of-the-edge"
AUTH = BasicAuth("dev", SecretRef("EDGE", 1))
LOGIN = {"Authorization": "Basic " + base64.b64encode(f"dev:{PASSWORD}".encode()).decode()}
HASH = hashed("dev/route/web", Secret(PASSWORD))


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def eventually(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (result := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
    return result


class App(http.server.ThreadingHTTPServer):
    """An application that answers with what it was asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.name = name
        self.cookies: tuple[str, ...] = ()
        """What it sets with every answer."""
        self.first_byte = threading.Event()
        self.release = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Answer(http.server.BaseHTTPRequestHandler):
    """What the application says to each method."""

    protocol_version = "HTTP/1.1"
    # One write per answer: two would wait 40 ms for each other (Nagle, delayed ACK).
    wbufsize = -1
    server: App

    def do_GET(self) -> None:
        if self.headers.get("Upgrade"):
            self._echo()
            return
        if self.path == "/slow":
            self.server.first_byte.set()
            self.server.release.wait(20)
        self._say(
            {"app": self.server.name, "path": self.path, "headers": list(self.headers.items())}
        )

    def do_POST(self) -> None:
        left, read = int(self.headers.get("Content-Length") or 0), 0
        while read < left:
            read += len(self.rfile.read(min(65536, left - read)))
            self.server.first_byte.set()
        self._say({"read": read})

    def _echo(self) -> None:
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self._set_cookies()
        self.end_headers()
        self.wfile.flush()
        while data := self.connection.recv(1024):
            self.connection.sendall(data)
        self.close_connection = True

    def _say(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("X-Robots-Tag", "all")
        self._set_cookies()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _set_cookies(self) -> None:
        for cookie in self.server.cookies:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Clear-Site-Data", '"cookies"')
        self.send_header("Strict-Transport-Security", "max-age=0")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def app() -> Iterator[Callable[..., App]]:
    started: list[App] = []

    def start(name: str, port: int = 0) -> App:
        started.append(App(name, port))
        return started[-1]

    yield start
    for one in started:
        one.release.set()
        one.shutdown()
        one.server_close()


class Edge:
    """An edge in a folder of its own."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        known: dict[str, Any] = {
            "http_port": free_port(),
            "https_port": free_port(),
            "tls": Tls.OFF,
            "sockets": str(folder / "run"),
            "storage": str(folder / "storage"),
            "logs": str(folder / "logs"),
        }
        self.home = EdgeHome(folder=folder, settings=EdgeSettings(**(known | settings)))
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def settings(self) -> EdgeSettings:
        return self.home.settings

    def start(self) -> Edge:
        reload(self.home)
        for part in sides.PARTS:
            self.start_part(part)
        for part in sides.PARTS:
            eventually(lambda part=part: self.configuration(part) is not None)
        return self

    def start_part(self, part: str) -> None:
        self.processes[part] = subprocess.Popen(
            command.run(self.home, part),
            env=command.environment(self.settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self, *parts: str) -> None:
        for part in parts or tuple(self.processes):
            self.processes[part].kill()
            self.processes.pop(part).wait(10)

    def configuration(self, part: str) -> Any:
        return running_configuration(self.settings.admin(part))

    def files(self) -> dict[str, bytes | None]:
        return {part: read_bytes(self.home.config(part)) for part in sides.PARTS}

    def ask(self, host: str | None, path: str = "/", **more: Any) -> Reply:
        more.setdefault("port", self.settings.main_port)
        return request(host, path, **more)

    def serve(self, environment: str, *routes: Served, project: str = "shop") -> None:
        set_fragment(self.home, Fragment(project=project, environment=environment, routes=routes))


class Reply(msgspec.Struct, frozen=True):
    """An answer: its status, its headers by lower-case name, its body."""

    status: int
    headers: dict[str, list[str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def one(self, name: str) -> str:
        (value,) = self.headers[name]
        return value


def request(
    host: str | None,
    path: str,
    *,
    port: int,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    sni: str = "",
    trust: Path | None = None,
    address: str = "127.0.0.1",
    come_from: str = "",
) -> Reply:
    source = (come_from, 0) if come_from else None
    connection = http.client.HTTPConnection(address, port, timeout=20, source_address=source)
    with contextlib.closing(connection):
        connection.connect()
        if sni or trust:
            context = ssl.create_default_context(cafile=trust)
            connection.sock = context.wrap_socket(connection.sock, server_hostname=sni or None)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in ({} if host is None else {"Host": host} | (headers or {})).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        found: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            found.setdefault(name.lower(), []).append(value)
        return Reply(answer.status, found, answer.read())


@pytest.fixture
def make_edge() -> Iterator[Callable[..., Edge]]:
    edges: list[Edge] = []
    # A short folder: the socket's path has to fit.
    folder = Path(tempfile.mkdtemp(prefix="pw-edge-"))

    def make(**settings: Any) -> Edge:
        edges.append(Edge(folder / str(len(edges)), **settings))
        return edges[-1]

    yield make
    for edge in edges:
        edge.stop()
    shutil.rmtree(folder)


@pytest.fixture
def edge(make_edge: Callable[..., Edge]) -> Edge:
    return make_edge().start()


def route(key: str, host: str, **more: Any) -> Route:
    environment, _, name = key.split("/")
    known: dict[str, Any] = {"port": 0, "instance": f"{environment}/{name}", "target": 80}
    return Route(key=key, host=host, **(known | more))


def served(key: str, host: str, upstream: App | str, **more: Any) -> Served:
    thing = route(key, host, **more)
    address = upstream if isinstance(upstream, str) else upstream.address
    return Served(
        thing=thing,
        fingerprint=fingerprint(thing),
        upstream=address,
        hash=HASH if thing.auth else "",
    )


def protected(upstream: App | str, host: str = "dev.shop.localhost", **more: Any) -> Served:
    return served("dev/route/web", host, upstream, **({"auth": AUTH, "robots": False} | more))


# --- what it answers ---------------------------------------------------------------------------


def test_each_host_and_path_reaches_its_own_upstream_unstripped(edge, app):
    web, api, deep = app("web"), app("api"), app("deep")
    edge.serve(
        "prod",
        served("prod/route/web", "shop.localhost", web),
        served("prod/route/api", "shop.localhost", api, path="/api"),
        served("prod/route/deep", "shop.localhost", deep, path="/api/v2/"),
        served("prod/route/vault", "vault.shop.localhost", deep),
    )
    for path, name in {
        "/": "web",
        "/apix": "web",
        "/api": "api",
        "/api/": "api",
        "/api/x?y=1": "api",
        "/api/v2": "deep",
        "/api/v2/z": "deep",
        "/api/v22": "api",
    }.items():
        said = edge.ask("shop.localhost", path).json
        assert (said["app"], said["path"]) == (name, path)
    assert edge.ask("vault.shop.localhost").json["app"] == "deep"


def test_another_environment_is_closed_to_strangers_and_robots(edge, app):
    edge.serve("dev", protected(app("dev")))
    host = "dev.shop.localhost"
    closed = edge.ask(host)
    assert closed.status == 401
    assert closed.one("www-authenticate") == 'Basic realm="dev"'
    wrong = {"Authorization": "Basic " + base64.b64encode(b"dev:wrong").decode()}
    assert edge.ask(host, headers=wrong).status == 401
    opened = edge.ask(host, headers=LOGIN)
    assert opened.status == 200
    robots = edge.ask(host, "/robots.txt")
    assert (robots.status, robots.body) == (200, b"User-agent: *\nDisallow: /\n")
    for reply in (closed, opened, robots):
        assert reply.one("x-robots-tag") == "noindex, nofollow"


def test_the_password_of_the_edge_never_reaches_the_app(edge, app):
    edge.serve("dev", protected(app("dev")))
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    seen = dict(edge.ask("dev.shop.localhost", headers=LOGIN).json["headers"])
    assert "Authorization" not in seen
    own = {"Authorization": "Bearer mine"}
    seen = dict(edge.ask("shop.localhost", headers=own).json["headers"])
    assert seen["Authorization"] == "Bearer mine"


def test_a_hundred_answers_with_a_password_are_quick(edge, app):
    edge.serve("dev", protected(app("dev")))
    edge.ask("dev.shop.localhost", headers=LOGIN)
    began = time.monotonic()
    for _ in range(100):
        assert edge.ask("dev.shop.localhost", headers=LOGIN).status == 200
    assert time.monotonic() - began < 3, "each bcrypt comparison takes about 60 ms"


def test_a_host_without_a_page_still_tells_robots_to_stay_away(edge, app):
    edge.serve("dev", protected(app("dev"), path="/api"))
    assert edge.ask("dev.shop.localhost", "/robots.txt").body.endswith(b"Disallow: /\n")
    missing = edge.ask("dev.shop.localhost", "/")
    assert (missing.status, missing.one("x-robots-tag")) == (404, "noindex, nofollow")


def test_production_keeps_its_own_robots(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    reply = edge.ask("shop.localhost", "/robots.txt")
    assert reply.json["app"] == "prod"
    assert reply.one("x-robots-tag") == "all"


def test_only_listed_addresses_come_in(edge, app):
    upstream = app("dev")
    edge.serve(
        "dev",
        served("dev/route/shut", "shut.localhost", upstream, allow=("192.0.2.0/24",)),
        served("dev/route/open", "open.localhost", upstream, allow=("127.0.0.1/32",)),
    )
    assert edge.ask("open.localhost").status == 200
    forged = {"X-Forwarded-For": "192.0.2.1"}
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        edge.ask("shut.localhost", "/robots.txt", headers=forged)


UNKNOWN = ["evil.example", "127.0.0.1", "[::1]", "", "x.shop.localhost", "shop.localhost.evil", "*"]


@pytest.mark.parametrize("tls", [Tls.OFF, Tls.INTERNAL])
def test_unknown_hosts_get_404_and_never_production(make_edge, app, tls):
    edge = make_edge(tls=tls).start()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    for host in UNKNOWN:
        for spelling in (host, f"{host}:{edge.settings.http_port}"):
            reply = edge.ask(spelling, port=edge.settings.http_port)
            assert reply.status in {404, 400}, spelling
            assert b"prod" not in reply.body
    assert edge.ask("shop.localhost.", port=edge.settings.http_port).status == 404
    with socket.create_connection(("127.0.0.1", edge.settings.http_port)) as old:
        old.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert old.recv(4096).split()[1] in {b"400", b"404"}


def test_known_hosts_are_known_in_every_spelling(edge, app):
    edge.serve("prod", served("prod/route/web", "Shop.localhost", app("prod")))
    for host in ("shop.localhost", "SHOP.LocalHost", "shop.localhost:1234"):
        assert edge.ask(host).json["app"] == "prod"


def test_https_answers_by_host_and_shows_no_certificate_to_strangers(make_edge, app):
    edge = make_edge(tls=Tls.INTERNAL).start()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    root = eventually(lambda: edge.settings.authority.exists() and edge.settings.authority)
    eventually(lambda: _handshake(edge, "shop.localhost"))
    known = {"sni": "shop.localhost", "trust": root}
    assert edge.ask("shop.localhost", **known).json["app"] == "prod"
    for host in (*UNKNOWN, "shop.localhost."):
        reply = edge.ask(host, **known)
        assert reply.status in {404, 400}, host
        assert b"prod" not in reply.body
    for stranger in ("evil.example", None, "127.0.0.1"):
        assert not _handshake(edge, stranger)


def _handshake(edge: Edge, host: str | None, address: str = "127.0.0.1") -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    raw = socket.create_connection((address, edge.settings.https_port), timeout=5)
    try:
        context.wrap_socket(raw, server_hostname=host).close()
    except OSError:
        return False
    finally:
        raw.close()
    return True


def test_http_leads_to_https_on_the_right_port(make_edge, app):
    edge = make_edge(tls=Tls.INTERNAL).start()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    edge.serve("dev", protected(app("dev")))
    plain = edge.settings.http_port
    reply = edge.ask(f"shop.localhost:{plain}", "/a?b=c", port=plain)
    assert reply.status == 308
    assert reply.one("location") == f"https://shop.localhost:{edge.settings.https_port}/a?b=c"
    hidden = edge.ask("dev.shop.localhost", port=plain)
    assert hidden.one("x-robots-tag") == "noindex, nofollow"


def test_a_route_can_have_a_port_of_its_own(make_edge, app):
    edge = make_edge(tls=Tls.INTERNAL).start()
    port = free_port()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    edge.serve("dev", protected(app("dev"), "shop.localhost", port=port))
    eventually(lambda: _handshake(edge, "shop.localhost"))
    known = {"sni": "shop.localhost", "trust": edge.settings.authority}
    assert edge.ask("shop.localhost", **known).json["app"] == "prod"
    assert edge.ask("shop.localhost", port=port, **known).status == 401
    assert edge.ask("shop.localhost", port=port, headers=LOGIN, **known).json["app"] == "dev"


def test_an_app_that_is_down_is_said_so_plainly(edge):
    nowhere = f"127.0.0.1:{free_port()}"
    edge.serve("dev", protected(nowhere))
    reply = edge.ask("dev.shop.localhost", headers=LOGIN)
    assert reply.status in {502, 503}
    assert b"not answering" in reply.body
    assert nowhere.encode() not in reply.body
    assert b"dial" not in reply.body
    assert int(reply.one("retry-after")) > 0
    assert reply.one("x-robots-tag") == "noindex, nofollow"


def test_what_clients_say_about_themselves_is_not_believed(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    forged = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "666",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "True-Client-IP": "6.6.6.6",
        "Proxy": "http://evil.example",
        "X-Original-URL": "/evil",
    }
    seen = {
        name.lower(): value
        for name, value in edge.ask("shop.localhost", headers=forged).json["headers"]
    }
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == "shop.localhost"
    assert not {"evil", "6.6.6.6", "666"} & {
        word for value in seen.values() for word in value.split("/")
    }


def test_what_a_proxy_before_it_says_is_believed(make_edge, app):
    edge = make_edge(tls=Tls.OFF, trusted=("127.0.0.0/8",)).start()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    said = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    seen = {
        name.lower(): value
        for name, value in edge.ask("shop.localhost", headers=said).json["headers"]
    }
    assert seen["x-forwarded-for"].startswith("192.0.2.7")
    assert seen["x-forwarded-proto"] == "https"


BEFORE_A_PROXY = [
    ("127.0.0.2", {"X-Forwarded-For": "192.0.2.7"}, True),
    ("127.0.0.2", {"X-Forwarded-For": "2001:db8::7"}, True),
    ("127.0.0.2", {"X-Forwarded-For": "6.6.6.6, 192.0.2.7, 127.0.0.3"}, True),
    ("127.0.0.2", {"X-Forwarded-For": "192.0.2.7, 6.6.6.6"}, False),
    ("127.0.0.2", {"X-Forwarded-For": "6.6.6.6", "Partywall-Visitor": "192.0.2.7"}, False),
    ("127.0.0.2", {}, False),
    ("127.0.0.3", {}, True),
    ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, False),
    ("127.0.0.1", {"Partywall-Visitor": "192.0.2.7"}, False),
]
"""Who calls, what is said of the visitor, and whether the visitor is let in."""


def test_before_a_proxy_a_limit_counts_the_address_that_it_saw(make_edge, app):
    edge = make_edge(trusted=("127.0.0.2", "127.0.0.3")).start()
    allowed = ("192.0.2.0/24", "2001:db8::/32", "127.0.0.3")
    edge.serve("dev", served("dev/route/web", HOST, app("dev"), allow=allowed))
    for caller, said, is_let_in in BEFORE_A_PROXY:
        if is_let_in:
            seen = edge.ask(HOST, come_from=caller, headers=said).json["headers"]
            assert "Partywall-Visitor" not in dict(seen)
        else:
            with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
                edge.ask(HOST, come_from=caller, headers=said)


def test_a_large_upload_streams_through(edge, app):
    upstream = app("prod")
    edge.serve("prod", served("prod/route/web", "shop.localhost", upstream))
    size, piece = 64 << 20, bytes(1 << 20)
    with socket.create_connection(("127.0.0.1", edge.settings.main_port)) as wire:
        head = f"POST /up HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: {size}\r\n\r\n"
        wire.sendall(head.encode() + piece)
        assert upstream.first_byte.wait(10), "the app sees the first part before the last is sent"
        for _ in range(size // len(piece) - 1):
            wire.sendall(piece)
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert json.loads(answer.read()) == {"read": size}


def hand_in(port: int, host: str, path: str, size: int, *, chunked: bool) -> int:
    """The status of a POST by somebody who first sends everything, as far as it is taken."""
    how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    piece, rest = bytes(1 << 16), size
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        with contextlib.suppress(ConnectionError):
            wire.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{how}\r\n\r\n".encode())
            while rest:
                part = piece[:rest]
                rest -= len(part)
                wire.sendall(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            wire.sendall(b"0\r\n\r\n" if chunked else b"")
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        return answer.status


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_what_is_handed_in_in_vain_is_answered_whatever_its_size(make_edge, app, chunked):
    edge, secure = make_edge().start(), make_edge(tls=Tls.INTERNAL).start()
    edge.serve("gone", served("gone/route/web", "gone.localhost", f"127.0.0.1:{free_port()}"))
    edge.serve("dev", protected(app("dev")))
    edge.serve("away", served("away/route/web", "away.localhost", "", away=True))
    secure.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    plain = edge.settings.main_port
    asked = {
        (plain, "dev.shop.localhost", "/"): 401,
        (plain, "dev.shop.localhost", "/robots.txt"): 200,
        (plain, "nobody.localhost", "/"): 404,
        (plain, "away.localhost", "/"): 503,
        (plain, "gone.localhost", "/"): 502,
        (secure.settings.http_port, "shop.localhost", "/"): 308,
    }
    for size, times in ((1 << 10, 5), (300_000, 5), (8 << 20, 1)):
        for where, status in asked.items():
            said = [hand_in(*where, size, chunked=chunked) for _ in range(times)]
            assert said == [status] * times, (where, size)


@contextlib.contextmanager
def websocket(edge: Edge, host: str, port: int = 0, said: list[bytes] | None = None):
    port = port or edge.settings.main_port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += wire.recv(1)
        assert b" 101 " in head.splitlines()[0]
        if said is not None:
            said += head.splitlines()
        yield wire


def test_a_websocket_stays_open_while_another_environment_changes(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    with websocket(edge, "shop.localhost") as wire:
        for number in range(5):
            edge.serve("dev", protected(f"127.0.0.1:{9000 + number}"))
            wire.sendall(b"ping%d" % number)
            assert wire.recv(100) == b"ping%d" % number
        remove_fragment(edge.home, "shop", "dev")
        wire.sendall(b"still")
        assert wire.recv(100) == b"still"


def test_each_environment_has_its_log_without_credentials(edge, app):
    edge.serve("dev", protected(app("dev")))
    edge.serve("prod", served("prod/route/web", "shop.localhost", f"127.0.0.1:{free_port()}"))
    secrets = {"Cookie": "session=canary-cookie", "X-Api-Key": "canary-key"}
    edge.ask("dev.shop.localhost", "/page?token=canary-query", headers=LOGIN | secrets)
    edge.ask("shop.localhost", "/down?token=canary-query", headers=secrets)
    logs, side = Path(edge.settings.logs), sides.active(edge.home)
    line = eventually((logs / f"access.shop.dev.{side}.log").read_text)
    entry = json.loads(line.splitlines()[0])
    assert (entry["status"], entry["request"]["uri"]) == (200, "/page?...")
    down = json.loads(eventually((logs / f"access.shop.prod.{side}.log").read_text))
    assert (down["status"], down["request"]["uri"]) == (502, "/down?...")
    assert "refused" in down["error"]
    for file in logs.iterdir():
        text = file.read_text()
        assert "canary" not in text
        assert LOGIN["Authorization"].split()[1] not in text
        assert file.stat().st_mode & 0o077 == 0


# --- a port for each environment ---------------------------------------------------------------

HOST = "shop.localhost"
SET = (
    "session=abc; Path=/; HttpOnly; SameSite=Lax",
    "__Host-csrf=1; Secure; Path=/",
    "__SECURE-kept=2; Secure; Domain=shop.localhost; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    'quoted="a b"; Max-Age=5',
)


def by_port(edge: Edge, prod: App | str, dev: App | str, port: int, **more: Any) -> None:
    """Both at one host, development at a port of its own."""
    edge.serve("prod", served("prod/route/web", HOST, prod, cookies=""))
    edge.serve("dev", served("dev/route/web", HOST, dev, port=port, cookies="dev~", **more))


def pairs(cookies: Iterable[str]) -> list[str]:
    return [cookie.partition(";")[0] for cookie in cookies]


def test_cookies_of_two_at_one_host_never_meet(edge, app):
    prod, dev, port = app("prod"), app("dev"), free_port()
    prod.cookies = dev.cookies = SET
    by_port(edge, prod, dev, port)
    assert edge.ask(HOST).headers["set-cookie"] == list(SET)
    marked = edge.ask(HOST, port=port).headers["set-cookie"]
    assert marked == [
        f"dev~{SET[0]}",
        f"__Host-dev~{SET[1].removeprefix('__Host-')}",
        f"__SECURE-dev~{SET[2].removeprefix('__SECURE-')}",
        f"dev~{SET[3]}",
    ]
    # A browser sends what both have set to both.
    jar = {"Cookie": "; ".join(pairs([*SET, *marked]))}
    own = "; ".join(pairs(SET))
    for at in (edge.settings.main_port, port):
        assert dict(edge.ask(HOST, port=at, headers=jar).json["headers"])["Cookie"] == own


@pytest.mark.parametrize(
    ("sent", "to_prod", "to_dev"),
    [
        ("session=p", "session=p", None),
        ("dev~session=d", None, "session=d"),
        ("dev~a=1;dev~b=2;  x=3", "x=3", "a=1; b=2"),
        ("__host-dev~a=1; __Host-b=2", "__Host-b=2", "__host-a=1"),
        ("dev-two~a=1; adev~b=2; x=dev~c", "x=dev~c", None),
        ("x=dev~a=1; dev~y=z~; dev~", "x=dev~a=1", "y=z~;"),
        ("a=b=c; ", "a=b=c;", None),
        ("", "", None),
    ],
)
def test_what_a_browser_sends_is_sorted_by_its_names(edge, app, sent, to_prod, to_dev):
    port = free_port()
    by_port(edge, app("prod"), app("dev"), port)
    for at, expected in ((edge.settings.main_port, to_prod), (port, to_dev)):
        seen = dict(edge.ask(HOST, port=at, headers={"Cookie": sent}).json["headers"])
        assert (seen.get("Cookie") or None) == (expected or None)
        assert "Cookie" not in dict(edge.ask(HOST, port=at).json["headers"])


HOST_WIDE = {"clear-site-data", "strict-transport-security"}


def test_development_cannot_clear_what_production_set(edge, app):
    port = free_port()
    by_port(edge, app("prod"), app("dev"), port)
    assert edge.ask(HOST).one("clear-site-data") == '"cookies"'
    assert edge.ask(HOST).one("strict-transport-security") == "max-age=0"
    assert not HOST_WIDE & edge.ask(HOST, port=port).headers.keys()


def test_the_answer_that_opens_a_websocket_is_marked_too(edge, app):
    dev, port, said = app("dev"), free_port(), []
    dev.cookies = ("ws=1; HttpOnly",)
    by_port(edge, app("prod"), dev, port)
    with websocket(edge, HOST, port, said) as wire:
        wire.sendall(b"ping")
        assert wire.recv(100) == b"ping"
    assert b"Set-Cookie: dev~ws=1; HttpOnly" in said
    assert not [line for line in said if line.startswith(b"Set-Cookie: ws=")]


def test_an_app_is_told_the_port_that_it_was_called_at(edge, app):
    port = free_port()
    by_port(edge, app("prod"), app("dev"), port)
    forged = {"X-Forwarded-Port": "666", "X-Forwarded-Host": "evil.example"}
    seen = dict(edge.ask(f"{HOST}:{port}", port=port, headers=forged).json["headers"])
    told = {name: seen[f"X-Forwarded-{name}"] for name in ("Host", "Port", "Proto")}
    assert told == {"Host": f"{HOST}:{port}", "Port": str(port), "Proto": "http"}
    assert seen["Host"] == f"{HOST}:{port}"


def test_a_limited_port_gives_strangers_nothing_at_all(make_edge, app):
    edge, port = make_edge(bind=("127.0.0.1", "::1")).start(), free_port()
    by_port(edge, app("prod"), app("dev"), port, path="/api", allow=("127.0.0.2", "::/64"))
    known = {"port": port, "come_from": "127.0.0.2"}
    assert edge.ask(HOST, "/api", **known).json["app"] == "dev"
    assert edge.ask(HOST, "/api", port=port, address="::1").json["app"] == "dev"
    assert edge.ask(HOST, "/", **known).status == 404
    for host, path in ((HOST, "/api"), (HOST, "/"), (HOST, "/robots.txt"), ("evil.example", "/")):
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            edge.ask(host, path, port=port, headers={"X-Forwarded-For": "127.0.0.2"})
    assert edge.ask(HOST).json["app"] == "prod"


def test_a_limited_host_leads_no_stranger_to_https(make_edge, app):
    edge = make_edge(tls=Tls.INTERNAL).start()
    edge.serve("dev", served("dev/route/web", HOST, app("dev"), allow=("127.0.0.2",)))
    plain = edge.settings.http_port
    assert edge.ask(HOST, port=plain, come_from="127.0.0.2").status == 308
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        edge.ask(HOST, port=plain)


def test_production_answers_all_requests_while_a_port_comes_and_goes(make_edge, app):
    port = free_port()
    edge = make_edge(ports=(port,)).start()
    edge.serve("prod", served("prod/route/web", HOST, app("prod"), cookies=""))
    front, upstream, over, rounds = edge.files()[sides.FRONT], app("dev"), threading.Event(), []
    assert edge.ask(HOST, port=port).status == 404

    def change() -> None:
        while not over.is_set():
            by_port(edge, app("prod"), upstream, port)
            rounds.append(edge.ask(HOST, port=port).json["app"])
            remove_fragment(edge.home, "shop", "dev")
            rounds.append(edge.ask(HOST, port=port).status)

    def visit(number: int) -> int:
        return edge.ask(HOST, method="POST" if number % 2 else "GET").status

    with ThreadPoolExecutor(5) as pool:
        changing = pool.submit(change)
        try:
            answers = list(pool.map(visit, range(2000)))
        finally:
            over.set()
        changing.result(60)
    assert answers == [200] * 2000
    assert rounds == ["dev", 404] * (len(rounds) // 2)
    assert len(rounds) > 4
    assert edge.files()[sides.FRONT] == front


def test_a_port_is_kept_until_the_edge_starts_anew(make_edge, app):
    ports = sorted((free_port(), free_port()))
    edge = make_edge().start()
    for port in ports:
        by_port(edge, app("prod"), app("dev"), port)
    remove_fragment(edge.home, "shop", "dev")
    assert load.further_ports(edge.home) == set(ports)
    assert edge.ask(HOST, port=ports[0]).status == 404
    edge.stop()
    assert load.further_ports(edge.home) is None
    edge.start()
    assert load.further_ports(edge.home) == set()


# --- what it keeps -----------------------------------------------------------------------------


def test_production_answers_all_requests_while_development_changes(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    upstream = app("dev")
    over = threading.Event()
    times: list[float] = []  # seconds per change

    def change() -> None:
        while not over.is_set():
            began = time.perf_counter()
            edge.serve("dev", protected(upstream))
            times.append(time.perf_counter() - began)
            with pytest.raises(BadInput):
                edge.serve("dev", protected("{broken}:80"))
            with pytest.raises(Refused, match="`prod`"):
                edge.serve("dev", protected(upstream, "shop.localhost"))
            (edge.home.fragments / "shop.dev.json").write_bytes(b"{broken")
            reload(edge.home)
            remove_fragment(edge.home, "shop", "dev")

    def visit(number: int) -> tuple[int, str]:
        reply = edge.ask("shop.localhost", method="POST" if number % 2 else "GET")
        return reply.status, reply.json["app" if number % 2 == 0 else "read"]

    with ThreadPoolExecutor(5) as pool:
        changing = pool.submit(change)
        try:
            answers = list(pool.map(visit, range(4000)))
        finally:
            over.set()
        changing.result(60)
    assert answers == [(200, "prod"), (200, 0)] * 2000
    assert len(times) > 5
    assert statistics.median(times) < 2


def test_a_connection_made_before_a_load_is_answered_after_it(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    with socket.create_connection(("127.0.0.1", edge.settings.main_port), timeout=10) as early:
        # A later connection that is answered shows that the early one has been accepted.
        edge.ask("shop.localhost")
        edge.serve("dev", protected("127.0.0.1:9000"))
        edge.ask("shop.localhost")
        early.sendall(b"GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
        assert early.recv(100).startswith(b"HTTP/1.1 200")


def test_a_side_that_died_is_waited_for(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    side = sides.active(edge.home)
    edge.stop(side)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(edge.ask, "shop.localhost")
        edge.start_part(side)
        assert asked.result(20).json["app"] == "prod"


def test_a_change_goes_to_the_side_that_lives(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("old")))
    for stopped in (sides.active, sides.idle):
        side = stopped(edge.home)
        edge.stop(side)
        edge.serve("prod", served("prod/route/web", "shop.localhost", app("new")))
        assert edge.ask("shop.localhost").json["app"] == "new"
        assert sides.active(edge.home) != side
        edge.start_part(side)
        eventually(lambda side=side: edge.configuration(side) is not None)
        edge.serve("prod", served("prod/route/web", "shop.localhost", app("old")))
        assert edge.ask("shop.localhost").json["app"] == "old"


def test_a_link_that_names_no_side_is_mended(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    link = sides.current(edge.home)
    link.unlink()
    assert edge.ask("shop.localhost").status in {502, 503}
    reload(edge.home)
    assert edge.ask("shop.localhost").json["app"] == "prod"


def test_without_requests_nothing_is_waited_for(edge, app, monkeypatch):
    monkeypatch.setattr(drain, "_SETTLE_SECONDS", 3600.0)
    for number in range(3):
        edge.serve("dev", protected(f"127.0.0.1:{9000 + number}"))
    assert edge.ask("dev.shop.localhost").status == 401


def test_a_side_is_not_loaded_while_a_request_to_it_may_be_unread(edge, app, monkeypatch):
    monkeypatch.setattr(drain, "_SETTLE_SECONDS", 3600.0)
    upstream = app("prod")
    edge.serve("prod", served("prod/route/web", "shop.localhost", upstream))
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(edge.ask, "shop.localhost", "/slow")
        assert upstream.first_byte.wait(10)
        change = pool.submit(edge.serve, "dev", protected("127.0.0.1:9000"))
        with pytest.raises(TimeoutError):
            change.result(1)
        upstream.release.set()
        assert slow.result(10).json["app"] == "prod"
        change.result(10)


def test_a_restart_keeps_the_routes(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    edge.stop()
    assert [entry.running for entry in observe_routes(edge.home, "shop").values()] == [False]
    edge.start()
    assert edge.ask("shop.localhost").json["app"] == "prod"
    assert [entry.faults for entry in observe_routes(edge.home, "shop").values()] == [()]


def test_without_a_running_caddy_the_file_alone_is_written(make_edge, app):
    edge = make_edge()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    for part in sides.PARTS:
        assert edge.home.config(part).stat().st_mode & 0o777 == 0o600
    edge.start()
    assert edge.ask("shop.localhost").json["app"] == "prod"


def test_the_same_again_does_nothing(edge, app):
    one = Fragment(
        project="shop",
        environment="prod",
        routes=(served("prod/route/web", "shop.localhost", app("prod")),),
    )
    assert set_fragment(edge.home, one) is True
    before = {part: edge.home.config(part).stat() for part in sides.PARTS}
    side = sides.active(edge.home)
    assert set_fragment(edge.home, one) is False
    assert sides.active(edge.home) == side
    for part, stat in before.items():
        after = edge.home.config(part).stat()
        assert (after.st_ino, after.st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)


def test_a_caddy_that_forgot_is_told_again(edge, app):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    server = f"/config/apps/http/servers/{edge.settings.main_port}/routes/0"
    socket = edge.settings.admin(sides.active(edge.home))
    assert ask(socket, "DELETE", server) == (200, b"")
    (entry,) = observe_routes(edge.home, "shop").values()
    assert entry.faults == (NOT_LOADED,)
    assert reload(edge.home) is True
    (entry,) = observe_routes(edge.home, "shop").values()
    assert entry.faults == ()
    assert edge.ask("shop.localhost").status == 200


def test_what_caddy_refuses_at_load_leaves_everything_as_it_was(edge, app, monkeypatch):
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    before = (edge.files(), stored(edge.home))
    monkeypatch.setattr(load, "refuse_taken_ports", lambda *_: None)
    taken = app("stranger")
    with pytest.raises(MachineFailed, match="address already in use"):
        edge.serve("dev", protected(app("dev"), port=taken.server_port))
    assert (edge.files(), stored(edge.home)) == before
    assert edge.ask("shop.localhost").json["app"] == "prod"
    edge.stop()
    edge.start()
    assert edge.ask("shop.localhost").json["app"] == "prod"


def test_a_taken_port_is_refused_before_anything_is_written(make_edge, app):
    edge = make_edge()
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    before = edge.files()
    with pytest.raises(MachineFailed, match="taken by another program"):
        edge.serve("dev", protected(app("dev"), port=app("stranger").server_port))
    assert edge.files() == before


def test_what_caddy_cannot_build_is_refused_before_anything_is_written(make_edge, app):
    edge = make_edge(tls=Tls.ACME, directory="https://127.0.0.1:1/", root="/does/not/exist.pem")
    with pytest.raises(MachineFailed, match=r"exist\.pem"):
        edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    assert set(edge.files().values()) == {None}
    assert stored(edge.home) == {}


def test_validation_leaves_no_authority_behind(make_edge, app):
    edge = make_edge(tls=Tls.INTERNAL)
    edge.serve("prod", served("prod/route/web", "shop.localhost", app("prod")))
    assert not Path(edge.settings.storage).exists()
    assert not Path(edge.settings.logs).exists()


def test_two_projects_do_not_overwrite_each_other(edge, app):
    hosts = [f"h{number}.localhost" for number in range(8)]
    upstream = app("one")

    def add(number: int) -> None:
        thing = served("prod/route/web", hosts[number], upstream)
        edge.serve("prod", thing, project=f"project{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert [edge.ask(host).status for host in hosts] == [200] * 8
    with pytest.raises(Refused, match="`project0`"):
        edge.serve("dev", served("dev/route/x", hosts[0], upstream, path="/x"), project="other")


def test_observing_during_loads_never_takes_caddy_for_dead(edge, app):
    upstream = app("prod")
    edge.serve("prod", served("prod/route/web", "shop.localhost", upstream))
    done = threading.Event()
    seen: list[Entry] = []

    def watch() -> None:
        while not done.is_set():
            seen.append(observe_routes(edge.home, "shop")["prod/route/web"])

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        for number in range(10):
            edge.serve("dev", protected(f"127.0.0.1:{9000 + number}"))
        done.set()
        watching.result(10)
    assert {(entry.running, entry.faults) for entry in seen} == {(True, ())}
    assert len(seen) > 10


# --- steps -------------------------------------------------------------------------------------


class Instances(Ways):
    """Where instances are."""

    def __init__(self, **at: App | str) -> None:
        self.at = at

    def way(self, instance: str, port: int) -> tuple[str, int]:
        where = self.at[instance.replace("/", "_")]
        host, _, number = (where if isinstance(where, str) else where.address).rpartition(":")
        return host, int(number)

    def blocked(self, instance: str) -> str:
        return ""

    def open(self, instance: str) -> None:
        pass


class Secrets:
    """Passwords by version."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{environment}-{ref.name}-{ref.version}")


def entry(thing: Route) -> Entry:
    return Entry(thing=thing, fingerprint=fingerprint(thing))


def login(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"dev:{password}".encode()).decode()}


def test_the_life_of_a_route(edge, app):
    reach = Instances(dev_web=app("first"))
    performer = RoutePerformer(edge.home, reach, Secrets(), "shop")
    key, host = "dev/route/web", "dev.shop.localhost"
    wanted = entry(route(key, host, auth=AUTH, robots=False))

    performer.create(wanted)
    performer.create(wanted)
    assert observe_routes(edge.home, "shop", reach) == {key: wanted}
    assert look_route(edge.home, "shop", key, reach) == wanted
    assert edge.ask(host, headers=login("dev-EDGE-1")).json["app"] == "first"

    kept = stored(edge.home)["shop.dev"].routes[0].hash
    moved = entry(route(key, "other.localhost", auth=AUTH, robots=False))
    performer.change(wanted, moved)
    assert stored(edge.home)["shop.dev"].routes[0].hash == kept
    assert edge.ask(host).status == 404
    assert edge.ask("other.localhost", headers=login("dev-EDGE-1")).status == 200

    renewed = entry(route(key, host, auth=BasicAuth("dev", SecretRef("EDGE", 2)), robots=False))
    performer.change(moved, renewed)
    assert edge.ask(host, headers=login("dev-EDGE-1")).status == 401
    assert edge.ask(host, headers=login("dev-EDGE-2")).status == 200

    reach.at["dev_web"] = app("second")
    found = look_route(edge.home, "shop", key, reach)
    assert found is not None
    assert "the instance is at" in found.faults[0]
    performer.start(renewed)
    performer.restart(renewed)
    assert look_route(edge.home, "shop", key, reach) == renewed
    assert edge.ask(host, headers=login("dev-EDGE-2")).json["app"] == "second"

    performer.remove(renewed)
    performer.remove(renewed)
    assert look_route(edge.home, "shop", key, reach) is None
    assert edge.ask(host).status == 404
    assert list(edge.home.fragments.iterdir()) == []


def test_several_routes_at_once_are_all_there_with_certificates(make_edge, app):
    edge = make_edge(tls=Tls.INTERNAL).start()
    upstream = app("all")
    names = [f"r{number}" for number in range(12)]
    reach = Instances(**{f"dev_{name}": upstream for name in names})
    performer = RoutePerformer(edge.home, reach, Secrets(), "shop")

    def create(name: str) -> int:
        host = f"{name}.localhost"
        performer.create(entry(route(f"dev/route/{name}", host)))
        known = {"sni": host, "trust": edge.settings.authority}
        return edge.ask(host, **known).status

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(create, names)) == [200] * len(names)


def test_no_secret_is_where_others_can_read_it(edge, app):
    performer = RoutePerformer(edge.home, Instances(dev_web=app("dev")), Secrets(), "shop")
    performer.create(entry(route("dev/route/web", "dev.localhost", auth=AUTH)))
    for file in edge.home.folder.rglob("*"):
        if file.is_file():
            assert file.stat().st_mode & 0o077 == 0, file
            assert b"dev-EDGE-1" not in file.read_bytes()
    for part in sides.PARTS:
        assert Path(edge.settings.admin(part)).stat().st_mode & 0o777 == 0o200


class Wall:
    """Real time."""

    now = staticmethod(time.time)
    sleep = staticmethod(time.sleep)


def test_draining_waits_for_the_last_request(edge, app):
    old, new = app("old"), app("new")
    edge.serve("prod", served("prod/route/web", "shop.localhost", old))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(edge.ask, "shop.localhost", "/slow")
        assert old.first_byte.wait(10)
        edge.serve("prod", served("prod/route/web", "shop.localhost", new))
        assert edge.ask("shop.localhost").json["app"] == "new"
        assert requests_under_way(edge.home, old.address) == 1
        assert not drained(edge.home, old.address, clock=Wall(), seconds=0.2)
        old.release.set()
        assert drained(edge.home, old.address, clock=Wall(), seconds=10)
        assert slow.result(10).json["app"] == "old"


def test_a_change_waits_for_the_one_before_it(edge, app):
    upstream = app("dev")

    def add(number: int) -> None:
        one = served(f"dev/route/r{number}", f"r{number}.localhost", upstream)
        change_fragment(edge.home, "shop", "dev", lambda fragment: fragment.with_route(one))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(12)))
    assert len(observe_routes(edge.home, "shop")) == 12


# --- certificates from an ACME authority ---------------------------------------------------------

AUTHORITY_ADDRESS = "127.0.0.1"
EDGE_ADDRESS = "127.0.0.77"
DOMAIN = "shop.example.test"


def _own_ports_are_free() -> bool:
    if os.geteuid() != 0:
        return False
    try:
        for port in (80, 443):
            with socket.socket() as trial:
                # What an earlier run left in TIME_WAIT is no listener.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((EDGE_ADDRESS, port))
    except OSError:
        return False
    return True


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A second Caddy that signs by ACME and alone believes that the domain is on this machine."""
    port = free_port()
    storage = tmp_path / "authority"
    handler = {"handler": "acme_server", "ca": "local"}
    server = {
        "listen": [f"{AUTHORITY_ADDRESS}:{port}"],
        "automatic_https": {"disable": True},
        "tls_connection_policies": [{}],
        "routes": [{"handle": [handler]}],
    }
    config = {
        "admin": {"disabled": True, "config": {"persist": False}},
        "storage": {"module": "file_system", "root": str(storage)},
        "apps": {
            "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
            "tls": {
                "automation": {"policies": [{"issuers": [{"module": "internal"}]}]},
                "certificates": {"automate": [AUTHORITY_ADDRESS]},
            },
            "http": {"servers": {"acme": server}},
        },
    }
    file, hosts = tmp_path / "authority.json", tmp_path / "hosts"
    file.write_text(json.dumps(config))
    hosts.write_text(f"{EDGE_ADDRESS} {DOMAIN}\n")
    # A mount namespace of its own: the machine's /etc/hosts stays as it is.
    script = 'mount --bind "$1" /etc/hosts && exec "$2" run --config "$3"'
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script, "sh", hosts, command.binary(), file],
        env={"HOME": str(storage), "PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        root = storage / "pki/authorities/local/root.crt"
        eventually(lambda: process.poll() is not None or _listens(port))
        eventually(root.exists)
        yield f"https://{AUTHORITY_ADDRESS}:{port}/acme/local/directory", root
    finally:
        process.kill()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex((AUTHORITY_ADDRESS, port)) == 0


@pytest.mark.skipif(not _own_ports_are_free(), reason="needs root and 127.0.0.77:80 and :443")
def test_certificates_come_from_an_acme_authority(make_edge, app, authority):
    directory, root = authority
    edge = make_edge(
        tls=Tls.ACME,
        directory=directory,
        root=str(root),
        email="me@example.test",
        bind=(EDGE_ADDRESS,),
        http_port=80,
        https_port=443,
    ).start()
    reach = Instances(prod_web=app("prod"))
    performer = RoutePerformer(edge.home, reach, Secrets(), "shop")
    performer.create(entry(route("prod/route/web", DOMAIN)))
    eventually(lambda: _handshake(edge, DOMAIN, EDGE_ADDRESS), 60)
    known = {"address": EDGE_ADDRESS, "sni": DOMAIN, "trust": root}
    assert edge.ask(DOMAIN, **known).json["app"] == "prod"
    assert edge.ask(DOMAIN, port=80, address=EDGE_ADDRESS).one("location") == f"https://{DOMAIN}/"
    issued = list(Path(edge.settings.storage).glob(f"certificates/127.0.0.1*/{DOMAIN}/*.crt"))
    assert issued, "the certificate is not the edge's own authority's"
    # A load for another environment asks for no new certificate.
    before = issued[0].stat().st_mtime_ns
    edge.serve("dev", served("dev/route/x", "dev.example.test", app("dev")))
    assert edge.ask(DOMAIN, **known).json["app"] == "prod"
    assert issued[0].stat().st_mtime_ns == before
