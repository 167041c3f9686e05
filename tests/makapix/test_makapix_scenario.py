"""The whole application on real servers: a day in the club, crashes, seeds and migrations."""

import http.cookiejar
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from makapix_club import APPS, PASSWORD, Club, eventually

from makapix.sprites import sprite

pytestmark = pytest.mark.scenario
TABLES = ("users", "posts", "comments", "reactions", "follows", "notifications")


class Browser:
    """Somebody at the page: keeps cookies and speaks to the API like the page does."""

    def __init__(self, club: Club) -> None:
        """Open a browser with no cookies."""
        self.base = club.url("api")
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """Send a request; return status, decoded body and headers."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=15) as answer:
                return answer.status, _decoded(answer.read()), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, _decoded(error.read()), dict(error.headers)

    def register(self, handle: str) -> None:
        status, _, _ = self.ask("POST", "/api/users", {"handle": handle, "password": "long enough"})
        assert status == 201

    def upload(self, title: str, content: bytes) -> tuple[int, Any]:
        mark = "pixel"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="title"\r\n\r\n{title}\r\n'
        head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        status, answer, _ = self.ask("POST", "/api/posts", body, **{"Content-Type": kind})
        return status, answer


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def newest(browser: Browser) -> dict[str, Any]:
    """Return the first post of the gallery."""
    return dict(browser.ask("GET", "/api/posts")[1]["posts"][0])


@pytest.fixture(scope="module")
def ada(club: Club) -> Browser:
    """An artist with one artwork."""
    browser = Browser(club)
    browser.register("ada")
    status, answer = browser.upload("Lovely lantern", sprite(1))
    assert (status, answer["post"]["title"]) == (201, "Lovely lantern")
    return browser


@pytest.fixture(scope="module")
def bob(club: Club) -> Browser:
    """Somebody who looks, talks and follows."""
    browser = Browser(club)
    browser.register("bob")
    return browser


def test_logging_in_and_out(club: Club, ada: Browser) -> None:
    visitor = Browser(club)
    wrong = {"handle": "ada", "password": "long enougH"}
    assert visitor.ask("POST", "/api/sessions", wrong)[0] == 401
    status, _, headers = visitor.ask(
        "POST", "/api/sessions", {"handle": "ada", "password": "long enough"}
    )
    assert status == 200
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "domain=" not in cookie
    assert visitor.ask("GET", "/api/me")[1] == {"user": {"handle": "ada", "new_upload_flow": False}}
    assert visitor.ask("DELETE", "/api/sessions")[0] == 204
    assert visitor.ask("GET", "/api/me")[1] == {"user": None}
    assert ada.ask("GET", "/api/me")[1] == {"user": {"handle": "ada", "new_upload_flow": False}}


def test_a_visitor_is_let_in_until_the_visit_is_closed(club: Club, ada: Browser) -> None:
    people = "SELECT handle FROM users ORDER BY handle"
    before = club.sql("makapix", people)
    line = club.run("-m", "makapix.visit", "open")
    ((handle,),) = set(club.sql("makapix", people)) - set(before)
    assert str(handle).startswith("visitor_")
    visitor = Browser(club)
    seen = "GET", "/api/notifications"
    assert visitor.ask(*seen)[0] == 401
    assert visitor.ask(*seen, Cookie=line.strip())[0] == 200
    for password in ("visitor", "00$visitor"):
        login = {"handle": handle, "password": password}
        assert visitor.ask("POST", "/api/sessions", login)[0] == 401
    assert club.run("-m", "makapix.visit", "close", text=line) == ""
    assert visitor.ask(*seen, Cookie=line.strip())[0] == 401
    assert club.sql("makapix", people) == before


def test_closing_a_visit_removes_only_visitors(club: Club, ada: Browser) -> None:
    (session,) = ada.cookies
    club.run("-m", "makapix.visit", "close", text=f"{session.name}={session.value}")
    assert ada.ask("GET", "/api/me")[1] == {"user": {"handle": "ada", "new_upload_flow": False}}


def test_visits_that_nobody_closed_end_with_their_time(club: Club) -> None:
    club.run("-m", "makapix.visit", "open")
    visitors = "FROM users WHERE password_hash = '00$visitor'"
    club.sql(
        "makapix",
        f"UPDATE sessions SET expires_at = now() WHERE user_id IN (SELECT id {visitors})",
    )
    club.run("-m", "makapix.visit", "close", text=club.run("-m", "makapix.visit", "open"))
    assert club.sql("makapix", f"SELECT count(*) {visitors}") == [(0,)]


def test_an_artwork_gets_its_thumbnail_and_both_are_served(club: Club, ada: Browser) -> None:
    eventually(lambda: newest(ada)["thumb"], "the worker made a thumbnail")
    post = newest(ada)
    for name, kept in ((post["file"], sprite(1)), (post["thumb"], None)):
        with urllib.request.urlopen(f"{club.url('vault')}/{name}", timeout=5) as answer:
            content = answer.read()
            assert answer.headers["content-type"] == "image/png"
        assert sha256(content).hexdigest() in name
        assert kept in (None, content)
        assert ada.ask("GET", f"/api/vault/{name}")[1] == content


def test_talk_makes_counters_and_notifications(ada: Browser, bob: Browser) -> None:
    post = newest(bob)["id"]
    assert bob.ask("POST", f"/api/posts/{post}/comments", {"body": "Shiny!"})[0] == 201
    for _ in range(2):
        assert bob.ask("PUT", f"/api/posts/{post}/reactions/heart")[0] == 204
        assert bob.ask("PUT", "/api/users/ada/follow")[0] == 204
    eventually(
        lambda: ada.ask("GET", "/api/notifications")[1]["unread"] == 3, "ada is told three things"
    )
    told = ada.ask("GET", "/api/notifications")[1]["notifications"]
    assert {(note["kind"], note["actor"]) for note in told} == {
        ("comment", "bob"),
        ("reaction", "bob"),
        ("follow", "bob"),
    }
    assert ada.ask("POST", "/api/notifications/read")[0] == 204
    assert ada.ask("GET", "/api/notifications")[1]["unread"] == 0
    shown = bob.ask("GET", f"/api/posts/{post}")[1]
    assert shown["comments"][0]["body"] == "Shiny!"
    assert shown["reactions"] == {"heart": 1}
    assert (shown["post"]["comment_count"], shown["post"]["reaction_count"]) == (1, 1)
    profile = bob.ask("GET", "/api/users/ada")[1]["user"]
    assert profile == {"handle": "ada", "post_count": 1, "follower_count": 1, "followed": True}


class Listener:
    """Somebody else who is subscribed to posts/new."""

    def __init__(self, club: Club) -> None:
        """Subscribe, and return only when the broker confirmed it."""
        from paho.mqtt.client import Client, MQTTv311
        from paho.mqtt.enums import CallbackAPIVersion

        self.messages: list[dict[str, Any]] = []
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, "listener", protocol=MQTTv311)
        self._client.username_pw_set("makapix", PASSWORD)
        self._client.on_message = lambda _c, _d, message: self.messages.append(
            json.loads(message.payload)
        )
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", club.ports["mqtt"])
        self._client.subscribe("posts/new", qos=1)
        self._client.loop_start()
        assert self._ready.wait(10)

    def close(self) -> None:
        """Unsubscribe by leaving."""
        self._client.disconnect()
        self._client.loop_stop()


def test_followers_hear_of_a_new_post_at_once(club: Club, ada: Browser, bob: Browser) -> None:
    listener = Listener(club)
    assert ada.upload("Second", sprite(2))[0] == 201
    eventually(lambda: listener.messages, "posts/new came over MQTT")
    listener.close()
    eventually(
        lambda: bob.ask("GET", "/api/notifications")[1]["unread"] == 1, "bob is told of the post"
    )
    message = listener.messages[0]
    assert (message["title"], message["author"]) == ("Second", "ada")
    assert newest(bob)["title"] == "Second"


def test_taking_things_back(ada: Browser, bob: Browser) -> None:
    post = newest(bob)["id"]
    bob.ask("PUT", f"/api/posts/{post}/reactions/fire")
    assert bob.ask("DELETE", f"/api/posts/{post}/reactions/fire")[0] == 204
    assert bob.ask("DELETE", "/api/users/ada/follow")[0] == 204
    eventually(
        lambda: ada.ask("GET", "/api/users/ada")[1]["user"]["follower_count"] == 0,
        "the counter went back",
    )
    assert bob.ask("GET", f"/api/posts/{post}")[1]["reactions"] == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/users", {"handle": "ada", "password": "long enough"}, 409),
        ("POST", "/api/users", {"handle": "A B", "password": "long enough"}, 400),
        ("POST", "/api/users", {"handle": "new", "password": "short"}, 400),
        ("POST", "/api/users", {"handle": "new", "password": ["x"]}, 400),
        ("POST", "/api/users", {"handle": "n\0w\ud800", "password": "long enough"}, 400),
        ("POST", "/api/users", b"{", 400),
        ("POST", "/api/users", b"[" * 100_000, 400),
        ("POST", "/api/users", b"x" * 2_000_000, 413),
        ("GET", "/api/posts?before=x", None, 400),
        ("GET", f"/api/posts?before={10**30}", None, 200),
        ("GET", "/api/posts/999999", None, 404),
        ("GET", f"/api/posts/{10**30}", None, 404),
        ("GET", "/api/posts/-1", None, 404),
        ("POST", "/api/posts/999999/comments", {"body": "hello"}, 404),
        ("POST", "/api/posts/1/comments", {"body": "x" * 1001}, 400),
        ("PUT", "/api/posts/1/reactions/yawn", None, 404),
        ("PUT", "/api/users/bob/follow", None, 400),
        ("PUT", "/api/users/nobody/follow", None, 404),
        ("GET", "/api/users/%00", None, 404),
        ("GET", "/api/vault/../../etc/passwd", None, 404),
        ("PATCH", "/api/posts", None, 405),
        ("GET", "/api/nothing", None, 404),
    ],
)
def test_wrong_calls_are_answered_in_words(
    bob: Browser, method: str, path: str, body: object, status: int
) -> None:
    assert bob.ask(method, path, body)[0] == status


def test_the_same_picture_twice_and_no_picture(ada: Browser) -> None:
    assert ada.upload("Again", sprite(1)) == (409, {"error": "you posted this picture already"})
    assert ada.upload("Text", b"hello")[0] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/posts"),
        ("POST", "/api/posts/1/comments"),
        ("PUT", "/api/posts/1/reactions/heart"),
        ("PUT", "/api/users/ada/follow"),
        ("GET", "/api/notifications"),
    ],
)
def test_strangers_are_asked_to_log_in(club: Club, method: str, path: str) -> None:
    assert Browser(club).ask(method, path)[0] == 401


def test_a_page_of_another_host_changes_nothing(bob: Browser) -> None:
    path = "/api/users/ada/follow"
    assert bob.ask("PUT", path, Origin="https://dev.makapix.example")[0] == 403


def test_too_many_logins_are_stopped(club: Club) -> None:
    body = {"handle": "nobody", "password": "wrong one"}
    # Another address, so that the limit does not fall on the other tests.
    answers = {
        Browser(club).ask("POST", "/api/sessions", body, **{"X-Forwarded-For": "192.0.2.7"})[0]
        for _ in range(62)
    }
    assert answers == {401, 429}


@pytest.mark.parametrize("server", ["db", "cache", "mqtt"])
def test_a_killed_server_needs_no_restart_of_the_app(club: Club, bob: Browser, server: str) -> None:
    before = {name: club.processes[name].pid for name in APPS}
    club.kill(server)
    assert bob.ask("GET", "/api/notifications")[0] in {200, 401, 503}
    club.spawn(server)
    number = 10 + len(server)
    eventually(
        lambda: bob.upload(f"After {server}", sprite(number))[0] in {201, 409},
        "uploads work again",
        10,
    )
    eventually(lambda: newest(bob)["thumb"], "the worker works again", 15)
    eventually(lambda: all(club.healthy(name) for name in APPS), "everything is healthy", 15)
    assert {name: club.processes[name].pid for name in APPS} == before


def test_the_bell_rings_again_after_the_broker_came_back(club: Club, bob: Browser) -> None:
    eventually(
        lambda: bob.ask("GET", "/healthz")[1]["broker"], "the API found the broker again", 15
    )


def test_two_workers_share_the_work(club: Club, bob: Browser) -> None:
    second = subprocess.Popen(
        [sys.executable, "-m", "makapix.worker"],
        cwd=club.project,
        env=club.environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        post = newest(bob)["id"]
        for n in range(12):
            bob.ask("POST", f"/api/posts/{post}/comments", {"body": f"number {n}"})
        eventually(lambda: newest(bob)["comment_count"] == 12, "all twelve are counted")
        assert club.sql("makapix", "SELECT count(*) FROM events") == [(0,)]
    finally:
        second.terminate()
        second.wait(10)


def test_a_lost_file_does_not_stop_the_worker(club: Club, bob: Browser) -> None:
    club.sql(
        "makapix",
        """WITH post AS (
               INSERT INTO posts (author_id, title, key, format, width, height, bytes)
               SELECT id, 'Lost', repeat('0', 64), 'png', 1, 1, 1 FROM users WHERE handle = 'bob'
               RETURNING id, author_id)
           INSERT INTO events (kind, actor_id, post_id) SELECT 'post', author_id, id FROM post""",
    )
    assert bob.upload("Found", sprite(40))[0] == 201
    eventually(lambda: newest(bob)["thumb"], "the next artwork has its thumbnail")
    eventually(
        lambda: club.sql("makapix", "SELECT attempts FROM events") == [(5,)], "given up after five"
    )


def snapshot(club: Club, database: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    return {
        table: club.sql(database, f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TABLES
    }


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a vault by name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_seeding_is_repeatable_and_adds_nothing_twice(club: Club) -> None:
    worlds = []
    for name in ("one", "two"):
        vault = club.folder / name
        vault.mkdir()
        club.sql("postgres", f"CREATE DATABASE {name}")
        environment = club.environment(name, vault)
        club.run("-m", "alembic", "upgrade", "head", env=environment)
        club.run("-m", "makapix.seed", "--users", "20", env=environment)
        once = snapshot(club, name), files(vault)
        club.run("-m", "makapix.seed", "--users", "20", env=environment)
        assert (snapshot(club, name), files(vault)) == once
        worlds.append(once)
    assert worlds[0] == worlds[1]
    assert len(worlds[0][0]["users"]) == 20
    assert all(worlds[0][0].values())


def test_production_is_not_seeded_by_mistake(club: Club) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "makapix.seed"],
        cwd=club.project,
        env=club.environment() | {"ENVIRONMENT": "prod"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "this is production" in done.stderr


def test_migrations_go_back_and_forth_with_data(club: Club) -> None:
    environment = club.environment("one", club.folder / "one")
    counters = "SELECT id, post_count, follower_count FROM users ORDER BY id"
    before = club.sql("one", counters)
    club.run("-m", "alembic", "upgrade", "head", env=environment)
    club.run("-m", "alembic", "downgrade", "-1", env=environment)
    assert club.sql("one", "SELECT version_num FROM alembic_version") == [("0003",)]
    club.run("-m", "alembic", "upgrade", "head", env=environment)
    assert club.sql("one", counters) == before
    club.run("-m", "alembic", "downgrade", "base", env=environment)
    left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    assert {name for (name,) in club.sql("one", left)} == {
        "alembic_version",
        "alembic_version_pkc",
    }
    club.run("-m", "alembic", "upgrade", "head", env=environment)


def test_two_migrations_at_once_are_one(club: Club) -> None:
    club.sql("postgres", "CREATE DATABASE race")
    runners = [
        subprocess.Popen(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=club.project,
            env=club.environment("race"),
            stderr=subprocess.DEVNULL,
        )
        for _ in range(3)
    ]
    assert [runner.wait(60) for runner in runners] == [0, 0, 0]
    assert club.sql("race", "SELECT version_num FROM alembic_version") == [("0004",)]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("{api}", "opens the page: 404"),  # where everything but the page is
        ("{web}", "no JSON came back"),
        ("http://nobody.localhost:1", "Connection refused"),
        ("nobody.localhost", "usage: "),
    ],
)
def test_the_tour_says_where_it_cannot_go_on(club: Club, address: str, says: str) -> None:
    here = address.format(api=club.url("api"), web=club.url("web"))
    command = [sys.executable, "-m", "makapix.tour", here]
    done = subprocess.run(command, cwd=club.project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr.splitlines()[-1]


def test_no_log_holds_a_secret(club: Club) -> None:
    for name in club.processes:
        log = club.log(name)
        assert "scenario-password" not in log
        assert "scenario-secret" not in log
        assert "Traceback" not in log or name not in APPS, log


@pytest.mark.parametrize("name", list(APPS))
def test_processes_stop_within_two_seconds(club: Club, name: str) -> None:
    assert club.end(name) < 2
