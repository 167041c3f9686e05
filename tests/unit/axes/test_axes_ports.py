"""Whom the edge answers for, on which port, and what of the host's ports it does not answer."""

import pytest

from partywall.axes.ports import bypassing, page, routed
from partywall.model.app import App, Dependency, Mount, Port, Role, Service


def service(name: str, role: Role = Role.APP, *ports: Port, **fields) -> Service:
    exposed = tuple(sorted({port.target for port in ports if port.protocol == "tcp"}))
    given = {"exposed": exposed, "ports": ports, **fields}
    return Service(name=name, role=role, why="said", image="app:1", **given)


def app(*services: Service) -> App:
    return App(name="shop", folder="/srv", services={one.name: one for one in services})


def tcp(target: int, published: str = "") -> Port:
    return Port(target=target, published=published or str(target))


def udp(target: int, published: str = "") -> Port:
    return Port(target=target, published=published or str(target), protocol="udp")


FORGE = service("forge", Role.APP, tcp(22, "2222"), tcp(3000))
NAMES = service("names", Role.APP, tcp(53), udp(53), tcp(3000))
GAME = service("game", Role.APP, tcp(7777), udp(7777))
MAIL = service("mail", Role.APP, tcp(25), tcp(993))


@pytest.mark.parametrize(
    ("services", "led"),
    [
        ([FORGE], {"forge": 3000}),
        ([NAMES], {"names": 3000}),
        ([MAIL], {}),
        ([service("nginx", Role.EDGE, tcp(80), tcp(443)), service("fpm")], {"nginx": 80}),
        ([service("nginx", Role.EDGE, tcp(80)), FORGE], {"forge": 3000}),
        ([GAME], {}),
        ([service("web", Role.WEB, tcp(443), udp(443))], {"web": 443}),
        ([MAIL, FORGE], {"forge": 3000}),
        ([service("mail", Role.APP, tcp(25), route="/")], {"mail": 25}),
    ],
)
def test_browsers_are_led_where_pages_can_be(services, led):
    assert {one.name: page(one) for one, _ in routed(app(*services))} == led


@pytest.mark.parametrize(
    ("names", "led"),
    [
        (["admin", "web"], {"web": "/", "admin": "admin"}),
        (["zoo", "frontend", "www"], {"www": "/", "zoo": "zoo", "frontend": "frontend"}),
        (["admin", "blog"], {"admin": "/", "blog": "blog"}),
    ],
)
def test_the_first_page_is_the_one_that_is_called_so_and_others_have_hosts(names, led):
    pages = [service(name, Role.WEB, tcp(80)) for name in names]
    found = routed(app(*pages, service("api", Role.APP, tcp(8000))))
    assert {one.name: where for one, where in found} == led


def test_of_equals_the_one_with_a_port_of_the_host_is_first():
    inner = service("admin", Role.WEB, exposed=(80,))
    assert routed(app(inner, service("blog", Role.WEB, tcp(80))))[0][0].name == "blog"


CONF = Mount(kind="bind", source="/srv/front.conf", target="/etc/nginx/nginx.conf")
ENGINE = Mount(kind="bind", source="/run/docker.sock", target="/run/docker.sock")
SHOP = service("shop", Role.WEB, exposed=(8000,))
LABELLED = service("blog", Role.WEB, exposed=(8000,), labels={"traefik.enable": "true"})


@pytest.mark.parametrize(
    ("front", "other", "led"),
    [
        (service("front", Role.EDGE, tcp(80), mounts=(CONF,)), SHOP, "front"),
        (service("front", Role.EDGE, tcp(8080), build={"context": "."}), SHOP, "front"),
        (service("front", Role.EDGE, tcp(80)), SHOP, "shop"),
        (service("front", Role.EDGE, tcp(80), tcp(443), mounts=(CONF,)), SHOP, "shop"),
        (service("front", Role.EDGE, exposed=(80,), mounts=(CONF,)), SHOP, "shop"),
        (service("front", Role.EDGE, tcp(80), mounts=(CONF, ENGINE)), SHOP, "shop"),
        (service("front", Role.EDGE, tcp(80), mounts=(CONF,)), LABELLED, "blog"),
        (service("front", Role.WEB, tcp(80), mounts=(CONF,)), SHOP, "front"),
    ],
)
def test_a_front_that_leads_by_files_and_without_certificates_stays_the_front(front, other, led):
    assert [one.name for one, where in routed(app(front, other)) if where == "/"] == [led]


def test_of_two_such_fronts_none_is_chosen():
    fronts = [service(name, Role.EDGE, tcp(80), mounts=(CONF,)) for name in ("one", "two")]
    assert routed(app(*fronts, SHOP)) == [(SHOP, "/")]


@pytest.mark.parametrize("port", [1433, 3306, 4190, 4222, 9092, 27017])
def test_no_browser_calls_on_ports_of_servers_and_mail(port):
    assert routed(app(service("it", Role.APP, tcp(port)))) == []


DATABASE = service("db", Role.DATABASE, tcp(5432))
CADDY = service("caddy", Role.EDGE, tcp(80), tcp(443), udp(443), tcp(8443), udp(53), tcp(2222))


@pytest.mark.parametrize(
    ("services", "of", "kept"),
    [
        ([FORGE], FORGE, ["22/tcp"]),
        ([NAMES], NAMES, ["53/tcp", "53/udp"]),
        ([GAME], GAME, ["7777/tcp", "7777/udp"]),
        ([FORGE, DATABASE], DATABASE, ["5432/tcp"]),
        ([FORGE, CADDY], CADDY, ["53/udp", "2222/tcp"]),
        ([service("web", Role.WEB, tcp(3000, "80"), udp(3000, "443"))], None, []),
        ([service("web", Role.WEB, tcp(3000), tcp(9000), udp(9))], None, ["9000/tcp", "9/udp"]),
    ],
)
def test_what_the_edge_does_not_answer_for_stays(services, of, kept):
    found = bypassing(app(*services), of or services[0])
    assert [f"{port.target}/{port.protocol}" for port in found] == kept


ASKS = {"depends_on": (Dependency(service="db"),)}


@pytest.mark.parametrize(
    ("services", "led"),
    [
        (
            [
                service("charts", Role.WEB, tcp(3000)),
                service("photos-server", Role.APP, tcp(2283), **ASKS),
            ],
            {"photos-server": "/", "charts": "charts"},
        ),
        (
            [
                service("charts", Role.WEB, tcp(3000), **ASKS),
                service("photos-server", Role.APP, tcp(2283), **ASKS),
            ],
            {"charts": "/"},
        ),
        (
            [service("landing", Role.WEB, tcp(80)), service("api", Role.APP, tcp(8000), **ASKS)],
            {"landing": "/"},
        ),
    ],
)
def test_tools_that_ask_nothing_of_the_app_are_not_its_first_page(services, led):
    assert {one.name: where for one, where in routed(app(*services))} == led


def test_a_page_without_a_known_port_is_reached_by_the_apps_own_proxy():
    web, rows = service("web", Role.WEB), service("rows", Role.APP, tcp(9000))
    proxy = service("proxy", Role.EDGE, tcp(80))
    assert [one.name for one, _ in routed(app(rows, web, proxy))] == ["proxy"]
    assert [one.name for one, _ in routed(app(rows, proxy))] == ["rows"]
    assert [one.name for one, _ in routed(app(rows, web))] == ["rows"]
