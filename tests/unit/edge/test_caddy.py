"""The configuration made of fragments, compared whole with golden files and by obligation."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from partywall.edge.caddy import assemble, configuration
from partywall.edge.certificates import is_public
from partywall.edge.fragment import Fragment
from partywall.model.errors import BadInput, Refused
from partywall.model.secret import SecretRef
from partywall.model.world import BasicAuth

GOLDEN = Path(__file__).parent / "golden"


def _golden(name: str, text: bytes) -> None:
    assert text.decode() == (GOLDEN / name).read_text(encoding="utf-8")


def _hosts(config: dict[str, Any], port: str) -> list[str]:
    routes = config["apps"]["http"]["servers"][port]["routes"]
    return [match["host"][0] for route in routes for match in route.get("match", [])]


def _paths(config: dict[str, Any], port: str) -> list[Any]:
    host = config["apps"]["http"]["servers"][port]["routes"][0]
    inner = host["handle"][0]["routes"]
    return [route["match"][0]["path"][0] for route in inner if "match" in route]


def test_two_environments_with_the_internal_authority(settings, production, development):
    _golden("internal.json", assemble(settings, [production, development], "a"))


def test_production_alone_on_plain_http(plain, production):
    _golden("off.json", assemble(plain, [production], "a"))


def test_an_edge_without_routes_answers_404_only(settings):
    _golden("empty.json", assemble(settings, [], "b"))


def test_the_order_of_fragments_and_routes_changes_nothing(settings, production, development):
    texts = {
        assemble(settings, [replace(one, routes=one.routes[::step]) for one in two], "a")
        for two in itertools.permutations([production, development])
        for step in (1, -1)
    }
    assert len(texts) == 1


def test_the_longest_path_comes_first(plain, served):
    paths = ["/", "/api", "/api/v2/", "/b"]
    routes = tuple(
        served(f"prod/route/r{number}", "a.localhost", path=path)
        for number, path in enumerate(paths)
    )
    config = configuration(plain, [Fragment(project="p", environment="prod", routes=routes)], "a")
    assert _paths(config, "8080") == ["/api/v2", "/api", "/b"]


def test_a_route_on_a_port_of_its_own_has_a_server_of_its_own(settings, served):
    prod = Fragment(
        project="p", environment="prod", routes=(served("prod/route/web", "a.localhost"),)
    )
    dev = Fragment(
        project="p", environment="dev", routes=(served("dev/route/web", "a.localhost", port=9443),)
    )
    config = configuration(settings, [prod, dev], "b")
    assert _hosts(config, "8443") == _hosts(config, "9443") == ["a.localhost"]
    assert config["apps"]["http"]["servers"]["9443"]["listen"] == ["unix//srv/edge/run/b/9443|0200"]


def test_a_port_that_is_kept_answers_before_anybody_has_a_route_there(settings):
    config = configuration(replace(settings, ports=(9443,)), [], "a")
    server = config["apps"]["http"]["servers"]["9443"]
    assert server["listen"] == ["unix//srv/edge/run/a/9443|0200"]
    assert [one["handle"][0]["status_code"] for one in server["routes"]] == [404]


def test_a_port_that_is_limited_is_closed_whole(settings, served):
    shut = (served("dev/route/web", "a.localhost", port=9443, allow=("192.0.2.0/24", "::1")),)
    both = (*shut, served("dev/route/b", "b.localhost", port=9443))
    for routes, closed in ((shut, True), (both, False)):
        fragment = Fragment(project="p", environment="dev", routes=routes)
        server = configuration(settings, [fragment], "a")["apps"]["http"]["servers"]["9443"]
        first = server["routes"][0]
        assert ("not" in first["match"][0]) is closed
    ranges = ["192.0.2.0/24", "::1/128"]
    assert first["handle"][0]["routes"][0]["match"] == [
        {"not": [{"client_ip": {"ranges": ranges}}]}
    ]


@pytest.mark.parametrize("path", ["/", "/other"])
def test_a_host_and_port_belong_to_one_environment(settings, production, served, path):
    thief = Fragment(
        project="blog",
        environment="dev",
        routes=(served("dev/route/web", "SHOP.localhost.", path=path, port=8443),),
    )
    with pytest.raises(Refused, match=r"environment `\w+` of project `\w+`") as caught:
        assemble(settings, [production, thief], "a")
    assert "shop.localhost:8443" in str(caught.value)
    assert "prod" in str(caught.value)


def test_one_environment_cannot_claim_a_path_twice(settings, served):
    routes = (
        served("dev/route/a", "a.localhost", path="/x/"),
        served("dev/route/b", "a.localhost", path="/X"),
    )
    with pytest.raises(Refused, match="both claim"):
        assemble(settings, [Fragment(project="p", environment="dev", routes=routes)], "a")


def test_no_route_stands_on_the_redirecting_port(settings, served):
    routes = (served("dev/route/a", "a.localhost", port=8080),)
    with pytest.raises(Refused, match="plain http"):
        assemble(settings, [Fragment(project="p", environment="dev", routes=routes)], "a")


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""},
        {"host": "*.localhost"},
        {"host": "{env.HOME}"},
        {"host": "a b"},
        {"host": "-a.localhost"},
        {"host": "a" * 64 + ".localhost"},
        {"host": "a.localhost:80"},
        {"path": "api"},
        {"path": "/*"},
        {"path": "/{http.request.uri}"},
        {"path": "/a//b"},
        {"path": "/../a"},
        {"path": "/a?b"},
        {"port": 65536},
        {"allow": ("everybody",)},
        {"cookies": "dev"},
        {"cookies": "{env.HOME}~"},
        {"cookies": "~"},
        {"auth": BasicAuth("a:b", SecretRef("X", 1))},
        {"auth": BasicAuth("", SecretRef("X", 1))},
        {"upstream": "{env.HOME}:80"},
        {"upstream": "127.0.0.1"},
    ],
)
def test_what_caddy_would_understand_otherwise_is_refused(settings, served, wrong):
    route = served("dev/route/web", **({"host": "a.localhost"} | wrong))
    with pytest.raises(BadInput, match="dev/route/web"):
        assemble(settings, [Fragment(project="p", environment="dev", routes=(route,))], "a")


def test_a_route_that_asks_for_a_password_needs_a_hash(settings, development):
    bare = tuple(replace(one, hash="") for one in development.routes)
    with pytest.raises(BadInput, match="hash"):
        assemble(settings, [replace(development, routes=bare)], "a")


@pytest.mark.parametrize(("project", "environment"), [("a/b", "dev"), ("a", "d.ev"), ("", "dev")])
def test_names_that_are_no_file_names_are_refused(settings, project, environment):
    with pytest.raises(BadInput):
        assemble(settings, [Fragment(project=project, environment=environment)], "a")


def test_a_socket_path_that_is_too_long_is_said_so(settings):
    long = replace(settings, sockets="/" + "é" * 46 + "x")
    with pytest.raises(BadInput, match="108 bytes") as caught:
        assemble(long, [], "a")
    assert caught.value.remedy
    assert assemble(replace(settings, sockets="/" + "é" * 46), [], "a")


def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(BadInput, match="address"):
        assemble(replace(settings, bind=()), [], "a")
    with pytest.raises(BadInput, match="same port"):
        assemble(replace(settings, http_port=8443), [], "a")


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("example.com", True),
        ("localhost", False),
        ("a.localhost", False),
        ("host", False),
        ("10.0.0.1", False),
        ("a.home.arpa", False),
    ],
)
def test_which_names_a_public_authority_could_sign(name, public):
    assert is_public(name) is public


def test_an_address_that_is_away_answers_503(plain, served):
    away = served("dev/route/web", "dev.localhost", "", away=True, robots=False)
    config = configuration(plain, [Fragment(project="a", environment="dev", routes=(away,))], "a")
    inner = config["apps"]["http"]["servers"]["8080"]["routes"][0]["handle"][0]["routes"]
    (last,) = next(route for route in inner if "@id" in route)["handle"][0]["routes"][-1]["handle"]
    assert last["status_code"] == 503
    assert int(last["headers"]["Retry-After"][0]) > 0
    lost = replace(away, thing=replace(away.thing, away=False))
    with pytest.raises(BadInput, match="is not an address with a port"):
        configuration(plain, [Fragment(project="a", environment="dev", routes=(lost,))], "a")
