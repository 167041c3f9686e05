"""The wall between sessions over a fake edge: visitors come, are tried and always leave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest

from fakes.reach import Unasked
from partywall.interfaces import Completed
from partywall.model.app import Role, Visit
from partywall.model.errors import MachineFailed
from partywall.model.secret import Secret, SecretRef
from partywall.model.world import AnyThing, BasicAuth, Instance, Route, World
from partywall.proof import doors
from partywall.proof.edge import Door, NoAnswer, Page, basic
from partywall.proof.premises import Premises
from partywall.proof.probe import Verdict
from partywall.proof.probes import http, session
from partywall.proof.prove import Report, prove
from partywall.proof.run import Run
from partywall.proof.visitor import Visitor

VISIT = Visit(open=("visit", "open"), close=("visit", "close"), path="/api/me")
HOSTS = {"x.localhost": "prod", "dev.x.localhost": "dev"}


class Club(Unasked):
    """Both environments: who is known there, and what their edge answers."""

    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {"prod": set(), "dev": set()}
        self.name = {"prod": "sid", "dev": "sid"}
        self.counted = 0
        self.asked: list[tuple[str, str]] = []
        self.let_in: Callable[[str, str], int] = self.by_cookie
        self.open: Completed | MachineFailed | None = None
        self.close_code = 0

    def by_cookie(self, environment: str, cookie: str) -> int:
        return 200 if cookie in self.known[environment] else 401

    def get(
        self, door: Door, host: str, path: str, headers: Mapping[str, str] | None = None
    ) -> Page:
        environment, given = HOSTS[host], dict(headers or {})
        password = basic("dev", f"EDGE-of-{environment}")["Authorization"]
        if environment == "dev" and given.get("Authorization") != password:
            return Page(status=401)
        if path == "/":
            return Page(status=200)
        self.asked.append((environment, given.get("Cookie", "")))
        return Page(status=self.let_in(environment, given.get("Cookie", "")))

    def address(self, instance: str, port: int, near: str = "") -> tuple[str, int]:
        return instance, port

    def run_beside(
        self, instance: str, command: Sequence[str], *, text: str = "", seconds: float = 20.0
    ) -> Completed:
        environment = instance.partition("/")[0]
        assert (instance, 0 < seconds <= 10) == (f"{environment}/api", True)
        if tuple(command) == VISIT.close:
            assert text.endswith("\n")
            self.known[environment].discard(text.strip())
            return Completed(code=self.close_code, out="", err="odd")
        assert tuple(command) == VISIT.open
        assert text == ""
        if isinstance(self.open, MachineFailed):
            raise self.open
        self.counted += 1
        cookie = f"{self.name[environment]}=secret-{environment}-{self.counted}"
        if self.open is not None:
            return msgspec.structs.replace(self.open, out=self.open.out.format(cookie=cookie))
        self.known[environment].add(cookie)
        return Completed(code=0, out=f"{cookie}\n", err="")


class Store:
    """A value for every name, by environment."""

    def value(self, environment: str, ref: SecretRef) -> Secret:
        return Secret(f"{ref.name}-of-{environment}")


def things(environment: str, visit: Visit | None = VISIT) -> list[AnyThing]:
    host = next(host for host, name in HOSTS.items() if name == environment)
    auth = BasicAuth("dev", SecretRef("EDGE", 1)) if environment == "dev" else None
    api, web = f"{environment}/api", f"{environment}/web"
    return [
        Instance(
            key=api,
            service="api",
            role=Role.APP,
            session=visit,
            environment={"KEY": str(SecretRef("DB", 1))},
        ),
        Instance(key=web, service="web", role=Role.WEB),
        *(
            Route(
                key=f"{environment}/route/{path}",
                host=host,
                port=0,
                path=path,
                instance=instance,
                target=80,
                auth=auth,
                robots=environment == "prod",
            )
            for path, instance in (("/", web), ("/api", api))
        ),
    ]


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> Club:
    made = Club()
    monkeypatch.setattr(doors, "get", made.get)
    return made


def run(club: Club, *more: AnyThing, seconds: float = 5.0) -> Report:
    given = more or (*things("prod"), *things("dev"))
    premises = Premises(
        world=World.of(given), reach=club, secrets=Store(), door=Door(), production="prod"
    )
    return prove(premises, [session.PROBE], ("prod", "dev"), seconds)


def test_a_stranger_is_held_and_every_visitor_leaves(club: Club) -> None:
    report = run(club)
    assert [(line.start, line.to, line.verdict) for line in report.probes] == [
        ("prod", "dev", Verdict.HELD),
        ("dev", "prod", Verdict.HELD),
    ]
    assert all("at home: 200 OK with it, 401" in line.answer for line in report.probes)
    assert all("only if its Domain" in line.answer for line in report.probes)
    assert club.counted == 2
    assert club.known == {"prod": set(), "dev": set()}
    assert report.left == ()
    # Opened, closed, tried at home without and with it, by the other, and after it was closed.
    assert report.attempts == {"dev": 6, "prod": 6}
    assert "secret-" not in report.to_json().decode()
    assert ("dev", "sid=secret-prod-1") in club.asked


def test_an_app_that_takes_any_cookie_is_crossed(club: Club) -> None:
    club.let_in = lambda environment, cookie: 200 if cookie else 401
    report = run(club)
    assert {line.verdict for line in report.probes} == {Verdict.CROSSED}
    assert all("200 OK: it is let in" in line.answer for line in report.probes)
    # Such an app also lets a visitor in who is gone, and that is said.
    assert len(report.left) == 2
    assert "let in after `close`" in report.left[0]
    assert "secret-" not in report.to_json().decode()


def test_the_value_is_tried_under_the_others_name_too(club: Club) -> None:
    club.name = {"prod": "__Host-sid", "dev": "sid"}

    def by_value(environment: str, cookie: str) -> int:
        name, _, value = cookie.partition("=")
        return 200 if value.startswith("secret") and name == club.name[environment] else 401

    club.let_in = by_value
    report = run(club)
    assert {line.verdict for line in report.probes} == {Verdict.CROSSED}
    words = {line.start: line.answer for line in report.probes}
    assert "(__Host-)" in words["prod"]
    assert "Domain" in words["dev"]


def test_one_host_name_for_both_is_said(club: Club) -> None:
    def there(thing: AnyThing) -> AnyThing:
        if isinstance(thing, Route):
            return msgspec.structs.replace(thing, host="x.localhost", auth=None)
        return thing

    report = run(club, *map(there, (*things("prod"), *things("dev"))))
    assert all(line.verdict is not Verdict.HELD for line in report.probes)
    crossing = [line for line in report.probes if "at home" in line.answer]
    assert all("one host name for both" in line.answer for line in crossing)


class AtOneHost(Club):
    """Both at one host, told apart by the port; the edge marks and sorts the cookies, or not."""

    sorts = True

    def get(
        self, door: Door, host: str, path: str, headers: Mapping[str, str] | None = None
    ) -> Page:
        environment = "dev" if door.port == 8443 else "prod"
        given = dict(headers or {})
        mark, parted, name = given.get("Cookie", "").rpartition("~")
        mine = f"{mark}{parted}" == ("dev~" if environment == "dev" else "")
        given["Cookie"] = name if mine or not self.sorts else ""
        place = next(known for known, one in HOSTS.items() if one == environment)
        return super().get(door, place, path, given)


@pytest.mark.parametrize("sorts", [True, False])
def test_at_one_host_the_edge_has_to_keep_the_cookies_apart(
    monkeypatch: pytest.MonkeyPatch, sorts: bool
) -> None:
    def there(thing: AnyThing) -> AnyThing:
        if not isinstance(thing, Route):
            return thing
        dev = thing.key.startswith("dev/")
        port, mark = (8443, "dev~") if dev else (0, "")
        return msgspec.structs.replace(thing, host="x.localhost", port=port, cookies=mark)

    club = AtOneHost()
    club.sorts = sorts
    monkeypatch.setattr(doors, "get", club.get)
    report = run(club, *map(there, (*things("prod"), *things("dev"))))
    used = [line for line in report.probes if line.tried.startswith("use a session")]
    read = [line for line in report.probes if "cookie that a browser has" in line.tried]
    assert [line.verdict for line in used] == [Verdict.HELD] * 2
    assert all("marked as its environment's" in line.answer for line in used)
    expected = Verdict.HELD if sorts else Verdict.CROSSED
    assert [line.verdict for line in read] == [expected] * 2
    assert club.known == {"prod": set(), "dev": set()}
    assert report.left == ()


@pytest.mark.parametrize(
    ("let_in", "words"),
    [
        (lambda *_: 200, "asks for no session"),
        (lambda *_: 401, "does not work there itself: /api/me says 401"),
        (lambda *_: 503, "asks for no session in prod: 503"),
        (lambda *_: 429, "asks for no session in prod: 429"),
        (lambda _, cookie: 302 if cookie else 401, "says 302"),
    ],
)
def test_a_home_that_does_not_tell_shows_nothing(
    club: Club, let_in: Callable[[str, str], int], words: str
) -> None:
    club.let_in = let_in
    report = run(club)
    assert {line.verdict for line in report.probes} == {Verdict.COULD_NOT_TRY}
    assert any(words in line.answer for line in report.probes)
    assert club.known == {"prod": set(), "dev": set()}


def test_an_answer_that_is_neither_shows_nothing(club: Club) -> None:
    def busy(environment: str, cookie: str) -> int:
        if cookie in club.known[environment]:
            return 200
        return 503 if cookie else 401

    club.let_in = busy
    report = run(club)
    assert {line.verdict for line in report.probes} == {Verdict.COULD_NOT_TRY}
    assert all(line.answer.startswith("503") for line in report.probes)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Completed(code=0, out="", err=""), "one line, name=value"),
        (Completed(code=0, out="{cookie}\nmore", err=""), "one line, name=value"),
        (Completed(code=0, out="a=b\r\nX: y", err=""), "one line, name=value"),
        (Completed(code=0, out="{cookie}; Path=/", err=""), "one line, name=value"),
        (Completed(code=3, out="{cookie}\n", err="first\nno DB-of-prod"), "code 3: no ****"),
        (Completed(code=3, out="", err=""), "exit code 3: no word"),
    ],
)
def test_an_open_that_fails_is_said_and_closed_all_the_same(
    club: Club, said: Completed, words: str
) -> None:
    club.open = said
    report = run(club)
    assert {line.verdict for line in report.probes} == {Verdict.COULD_NOT_TRY}
    assert words in report.probes[0].answer
    assert report.left == ()
    assert "secret-" not in report.to_json().decode()
    assert "of-prod" not in report.probes[0].answer


def test_an_open_that_hangs_may_have_left_somebody(club: Club) -> None:
    club.open = MachineFailed("python did not end within 6 s", remedy="try again")
    report = run(club)
    assert {line.answer for line in report.probes} == {
        "open beside prod/api: python did not end within 6 s",
        "open beside dev/api: python did not end within 6 s",
    }
    assert len(report.left) == 2
    assert "if `open` made one" in report.left[0]


def test_a_close_that_fails_is_said_without_the_cookie(club: Club) -> None:
    club.close_code = 9
    report = run(club)
    assert {line.verdict for line in report.probes} == {Verdict.HELD}
    assert [line.partition(": ")[2] for line in report.left] == [
        "`close` ended with exit code 9: odd"
    ] * 2


def test_an_edge_that_goes_away_is_no_reason_to_keep_a_visitor(club: Club) -> None:
    def gone(environment: str, cookie: str) -> int:
        if cookie and cookie not in club.known[environment]:
            raise NoAnswer("connection refused")
        return club.by_cookie(environment, cookie)

    club.let_in = gone
    report = run(club)
    assert {line.answer for line in report.probes} == {"connection refused"}
    assert club.known == {"prod": set(), "dev": set()}
    assert report.left == ()


def test_a_proof_that_is_interrupted_leaves_nobody(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, interrupted = threading.Event(), threading.Event()

    def slow(environment: str, cookie: str) -> int:
        if cookie:
            opened.set()
            interrupted.wait(5)
        return club.by_cookie(environment, cookie)

    def interrupt(*_: object, **__: object) -> None:
        opened.wait(5)
        interrupted.set()
        raise KeyboardInterrupt

    club.let_in = slow
    monkeypatch.setattr("partywall.proof.prove.wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(club)
    assert club.counted > 0
    assert club.known == {"prod": set(), "dev": set()}


def test_a_visitor_who_comes_when_all_is_over_leaves_at_once(club: Club) -> None:
    premises = Premises(world=World.of(things("prod")), reach=club, secrets=Store(), door=Door())
    over = Run(premises, seconds=5)
    gone: list[str] = []
    over.tidy()
    over.later(lambda: gone.append("visitor"))
    assert gone == ["visitor"]
    assert over.left() <= 0


def test_without_the_setting_it_is_named(club: Club) -> None:
    report = run(club, *things("prod", None), *things("dev", None))
    assert {line.verdict for line in report.probes} == {Verdict.COULD_NOT_TRY}
    assert all("`session: {open: …, close: …, path: …}`" in one.answer for one in report.probes)


def test_the_other_has_to_say_it_too(club: Club) -> None:
    report = run(club, *things("prod"), *things("dev", None))
    line = next(line for line in report.probes if line.start == "prod")
    assert (line.verdict, line.answer) == (
        Verdict.COULD_NOT_TRY,
        "no service api of dev says `session`",
    )


def test_no_time_is_no_visitor(club: Club) -> None:
    report = run(club, seconds=-0.5)
    assert {line.verdict for line in report.probes} == {Verdict.COULD_NOT_TRY}
    assert club.counted == 0


def test_without_addresses_there_is_nothing_to_try(club: Club) -> None:
    bare = [thing for name in HOSTS.values() for thing in things(name)[:2]]
    assert run(club, *bare).probes == ()


def test_a_first_page_without_cookies_is_one_line_that_holds(club: Club) -> None:
    premises = Premises(
        world=World.of([*things("prod"), *things("dev")]),
        reach=club,
        secrets=Store(),
        door=Door(),
    )
    probe = msgspec.structs.replace(http.PROBE, outside=None)
    rows = prove(premises, [probe], ("prod", "dev")).probes
    assert {row.verdict for row in rows} == {Verdict.HELD}
    lines = [row.answer for row in rows if row.tried.startswith("carry ")]
    assert len(lines) == 2
    assert all("none on its first page that could be carried" in line for line in lines)


@pytest.mark.parametrize(
    ("says", "verdict", "words"),
    [
        ((), Verdict.HELD, "it allows no other origin"),
        ((("Access-Control-Allow-Origin", "*"),), Verdict.HELD, "it allows * without cookies"),
        (
            (
                ("Access-Control-Allow-Origin", "*"),
                ("Access-Control-Allow-Credentials", "true"),
            ),
            Verdict.HELD,
            "it allows * without cookies",
        ),
        (
            (("Access-Control-Allow-Origin", "https://app.localhost"),),
            Verdict.HELD,
            "it allows https://app.localhost without cookies",
        ),
        (
            (
                ("access-control-allow-origin", "https://{own}"),
                ("access-control-allow-credentials", "True"),
            ),
            Verdict.CROSSED,
            "read what it answers, cookies and all",
        ),
    ],
    ids=["nothing", "all", "all and credentials", "without cookies", "with cookies"],
)
def test_pages_may_be_read_by_the_others_scripts_only_if_they_say_so(
    monkeypatch: pytest.MonkeyPatch,
    says: tuple[tuple[str, str], ...],
    verdict: Verdict,
    words: str,
) -> None:
    own = next(host for host, name in HOSTS.items() if name == "dev")

    def get(door: Door, host: str, path: str, headers: Mapping[str, str] | None) -> Page:
        told = tuple((name, text.format(own=own)) for name, text in says)
        return Page(status=200, headers=told if "Origin" in (headers or {}) else ())

    monkeypatch.setattr(doors, "get", get)
    world = World.of([*things("prod"), *things("dev")])
    premises = Premises(world=world, reach=Club(), secrets=Store(), door=Door())
    probe = msgspec.structs.replace(http.PROBE, outside=None)
    rows = prove(premises, [probe], ("prod", "dev")).probes
    (row,) = [row for row in rows if row.start == "dev" and row.tried.startswith("have a script")]
    assert row.verdict is verdict
    assert words in row.answer


def carried(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bool, int], Page]) -> Verdict:
    """What comes of sending cookies by hand, to pages that may depend on them and on the time."""
    asked = 0

    def get(door: Door, host: str, path: str, headers: Mapping[str, str] | None) -> Page:
        nonlocal asked
        if HOSTS[host] == "dev":
            return Page(status=200, headers=(("Set-Cookie", "sid=abc"),))
        if "Origin" in (headers or {}):
            return Page(status=200)
        asked += 1
        return answer("Cookie" in (headers or {}), asked)

    monkeypatch.setattr(doors, "get", get)
    world = World.of([*things("prod"), *things("dev")])
    premises = Premises(world=world, reach=Club(), secrets=Store(), door=Door())
    probe = msgspec.structs.replace(http.PROBE, outside=None)
    rows = prove(premises, [probe], ("prod", "dev")).probes
    return next(r for r in rows if (r.start, r.tried[:5]) == ("dev", "carry")).verdict


def test_an_answer_that_depends_on_the_cookie_is_a_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    by_body = carried(monkeypatch, lambda sent, _: Page(status=200, body=b"in" if sent else b""))
    by_status = carried(monkeypatch, lambda sent, _: Page(status=500 if sent else 200))
    assert {by_body, by_status} == {Verdict.CROSSED}


def test_an_answer_that_changes_by_itself_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    once = carried(monkeypatch, lambda _, asked: Page(status=200, body=b"a" if asked < 5 else b"b"))
    ill = carried(monkeypatch, lambda _, asked: Page(status=502 if asked % 2 else 200))
    always = carried(monkeypatch, lambda _, asked: Page(status=200, body=str(asked).encode()))
    assert (once, ill, always) == (Verdict.HELD, Verdict.COULD_NOT_TRY, Verdict.HELD)


def test_a_visitors_cookie_is_in_no_repr() -> None:
    assert "hidden" not in repr(Visitor(name="sid", value="hidden", shown=""))
