"""The pure parts of the proof: cookies, robots, paths, literals, logins, targets."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

import pytest

from partywall.model.app import Attachment, Mount, Role
from partywall.model.secret import SecretRef
from partywall.model.world import BasicAuth, Database, Instance, Job, Route, Volume, World
from partywall.proof.callers import kept_out, stranger
from partywall.proof.cookies import covers, outside, parse, reaches, set_in
from partywall.proof.credentials import Login, login
from partywall.proof.edge import Door
from partywall.proof.literals import literals
from partywall.proof.paths import tricks
from partywall.proof.probes import found
from partywall.proof.probes.secrets import common
from partywall.proof.robots import disallows_all
from partywall.proof.target import target


@pytest.mark.parametrize(
    ("header", "set_by", "host", "sent"),
    [
        ("s=1", "app.test", "app.test", True),
        ("s=1", "app.test", "dev.app.test", False),
        ("s=1; Domain=app.test", "app.test", "dev.app.test", True),
        ("s=1; domain=.APP.test; Path=/", "app.test", "dev.app.test", True),
        ("s=1; Domain=app.test", "dev.app.test", "app.test", True),
        ("s=1; Domain=dev.app.test", "dev.app.test", "app.test", False),
        ("s=1; Domain=other.test", "app.test", "dev.app.test", False),
        ("s=1; Domain=app.test; Domain=", "app.test", "dev.app.test", True),
        ("s=1; Domain=0.1", "127.0.0.1", "10.0.0.1", False),
    ],
)
def test_cookies_go_where_browsers_send_them(
    header: str, set_by: str, host: str, sent: bool
) -> None:
    cookie = parse(header)
    assert cookie is not None
    assert reaches(cookie, set_by, host) is sent


@pytest.mark.parametrize(
    ("mark", "name", "shown"),
    [
        (None, "sid", "sid"),
        ("", "__Host-sid", "__Host-sid"),
        ("dev~", "sid", "dev~sid"),
        ("dev~", "__Host-sid", "__Host-dev~sid"),
        ("dev~", "__SECURE-sid", "__SECURE-dev~sid"),
    ],
)
def test_a_marked_cookie_keeps_what_browsers_look_at(
    mark: str | None, name: str, shown: str
) -> None:
    assert outside(mark, name) == shown


def test_cookies_are_read_from_headers_and_never_shown() -> None:
    cookies = set_in([("Set-Cookie", "a=hidden; Secure"), ("X", "b=1"), ("set-cookie", "broken")])
    assert [cookie.name for cookie in cookies] == ["a"]
    assert cookies[0].pair == "a=hidden"
    assert "hidden" not in repr(cookies)
    assert not covers("app.test", "badapp.test")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("User-agent: *\nDisallow: /\n", True),
        ("user-agent: a\nuser-agent: *\ndisallow: / # all\n", True),
        ("User-agent: *\nDisallow:\n", False),
        ("User-agent: a\nDisallow: /\n", False),
        ("User-agent: *\nDisallow: /\nAllow: /open\n", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: a\nAllow: /\n", True),
        ("", False),
    ],
)
def test_robots_are_kept_out_only_by_a_group_for_all(text: str, closed: bool) -> None:
    assert disallows_all(text) is closed


def test_path_tricks_lead_to_the_file_when_they_are_believed() -> None:
    paths = tricks("/data/prod/vault", "/data/dev/vault/a/b/c.png", "x/y/z.png")
    believed = {posixpath.normpath(f"/data/prod/vault{unquote(path)}") for path in paths}
    assert "/data/dev/vault/a/b/c.png" in believed
    assert len(paths) == len(set(paths)) == 14
    assert all(path.startswith("/") and path.isprintable() and " " not in path for path in paths)


def test_literal_secrets_are_told_from_switches_and_references() -> None:
    reference = str(SecretRef("DB", 1))
    found_ = literals(
        {
            "web.API_KEY": "abc123",
            "web.AUTH": "true",
            "web.TOKEN_TTL": "3600",
            "web.SECRET_KEY_FILE": "/run/secrets/key",
            "web.DB_PASSWORD": "123456",
            "web.OTHER_PASSWORD": reference,
            "web.URL": "postgresql://me:word@db/x",
            "web.SAFE_URL": f"postgresql://me:{reference}@db/x",
            "web.NAME": "plain",
        }
    )
    assert found_ == {"web.API_KEY": "abc123", "web.DB_PASSWORD": "123456", "web.URL": "word"}


def test_common_values_are_named_and_not_shown() -> None:
    assert common({b"1": "A", b"2": "B"}, {b"2": "B", b"1": "C", b"3": "D"}) == ["A = C", "B"]


CACHE = Instance(key="dev/cache", service="cache", role=Role.CACHE)


def client(**environment: str) -> Instance:
    hosts = {"cache": "dev/cache", "mqtt": "dev/mqtt"}
    return Instance(
        key="dev/web", service="web", role=Role.WEB, hosts=hosts, environment=environment
    )


@pytest.mark.parametrize(
    ("server", "other", "expected"),
    [
        ({"command": ("redis-server", "--requirepass", "pw")}, {}, Login("", "pw")),
        ({"command": ("sh", "-c", "redis-server --requirepass 'pw'")}, {}, Login("", "pw")),
        ({}, {"URL": "redis://:pw@cache:6379/0"}, Login("", "pw")),
        ({}, {"URL": "rediss://me:pw@cache"}, Login("me", "pw")),
        ({}, {"URL": "redis://:pw@elsewhere:6379/0"}, Login()),
        ({"environment": {"REDIS_PASSWORD": "pw"}}, {}, Login("", "pw")),
        ({}, {"REDIS_USER": "me", "REDIS_PASSWORD": "pw"}, Login("me", "pw")),
        ({}, {"SMTP_PASSWORD": "pw"}, Login()),
    ],
)
def test_logins_are_found_where_programs_find_them(
    server: dict[str, object], other: dict[str, str], expected: Login
) -> None:
    made = Instance(key="dev/cache", service="cache", role=Role.CACHE, **server)  # type: ignore[arg-type]
    assert login(made, [client(**other)]) == expected


def test_a_brokers_login_is_a_user_and_a_password() -> None:
    given = {"MQTT_USERNAME": "me", "MQTT_PASSWORD": "pw"}
    broker = Instance(key="dev/mqtt", service="mqtt", role=Role.BROKER)
    assert login(broker, [client(**given)]) == Login("me", "pw")


def test_a_target_is_all_that_a_world_says_of_an_environment() -> None:
    password, edge = SecretRef("DB", 1), SecretRef("EDGE", 1)
    data = Mount(kind="volume", source="dev/volume/pg", target="/d")
    vault = Mount(kind="volume", source="dev/volume/vault", target="/v")
    world = World.of(
        [
            Instance(
                key="dev/db", service="db", role=Role.DATABASE, mounts=(data,), ports=(99, 5432)
            ),
            Database(
                key="dev/database/db", server="dev/db", name="n", owner="o", password=password
            ),
            Instance(key="dev/cache", service="cache", role=Role.CACHE, ports=(7000,)),
            Instance(key="dev/files", service="files", role=Role.FILES, mounts=(vault,)),
            Job(
                key="dev/job/x",
                instance=Instance(
                    key="dev/job/x",
                    service="x",
                    role=Role.JOB,
                    command=("run", str(SecretRef("X", 2))),
                    attachments=(
                        Attachment(
                            kind="secret", source="y", target="/y", text=str(SecretRef("Y", 1))
                        ),
                        Attachment(kind="config", source="z", target="/z", file="./z"),
                    ),
                ),
            ),
            Volume(key="dev/volume/pg", name="pg"),
            Volume(key="dev/volume/vault", name="vault"),
            Route(
                key="dev/route/files",
                host="vault.d",
                port=0,
                instance="dev/files",
                target=80,
                auth=BasicAuth("dev", edge),
            ),
            Route(key="dev/route/web", host="d", port=0, instance="dev/web", target=80),
            Instance(key="prod/cache", service="cache", role=Role.CACHE),
        ]
    )
    seen = target(world, "dev")
    (db,) = seen.servers[Role.DATABASE]
    assert (db.key, db.port, db.database) == ("dev/db", 5432, "n")
    assert db.login == Login("o", str(password))
    assert [server.port for server in seen.servers[Role.CACHE]] == [7000]
    assert seen.servers[Role.BROKER] == ()
    assert seen.data == {"dev/volume/pg"}
    assert seen.vaults == {"dev/volume/vault": "dev/files"}
    assert seen.secrets == {password, edge, SecretRef("X", 2), SecretRef("Y", 1)}
    route = seen.route()
    assert route is not None
    assert route.host == "d"
    assert target(world, "nobody").route() is None


def test_every_probe_is_found_by_its_file() -> None:
    probes = found()
    assert [probe.name for probe in probes] == [
        "broker",
        "cache",
        "database",
        "disk",
        "http",
        "limits",
        "migrations",
        "network",
        "outbound",
        "processes",
        "secrets",
        "session",
        "vault",
        "volumes",
    ]
    assert all(probe.shows and (probe.across or probe.outside or probe.outward) for probe in probes)


@pytest.mark.parametrize(
    ("bind", "allow", "is_kept_out", "an_outsider"),
    [
        ("127.0.0.1", (), False, "127.0.0.1"),
        ("127.0.0.1", ("192.0.2.0/24",), True, "127.0.0.1"),
        ("0.0.0.0", ("127.0.0.1", "::1"), False, "127.0.0.2"),
        ("localhost", ("127.0.0.1/31",), False, "127.0.0.2"),
        ("127.0.0.1", ("127.0.0.0/8",), False, ""),
        ("::", ("2001:db8::/32",), True, "::1"),
        ("192.0.2.2", ("192.0.2.0/24",), False, ""),
    ],
)
def test_from_where_a_limited_address_can_be_tried(
    bind: str, allow: tuple[str, ...], is_kept_out: bool, an_outsider: str
) -> None:
    route = Route(
        key="dev/route/web", host="d", port=8443, instance="dev/web", target=80, allow=allow
    )
    assert bool(kept_out(Door(address=bind), route)) == is_kept_out
    assert stranger(Door(address=bind), route) == an_outsider
