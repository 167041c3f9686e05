"""A Compose definition is handed on without what only one environment could have."""

from partywall.axes.instance import instance
from partywall.axes.site import Environment
from partywall.model.app import App, Role, Service

SAID = {
    "image": "web:1",
    "container_name": "web",
    "ports": [{"published": "80", "target": 80}],
    "environment": {"A": "b"},
    "labels": {"a": "b"},
    "profiles": ["x"],
    "x-partywall": {"run": "serve"},
    "entrypoint": None,
    "user": "1000",
    "networks": {
        "default": None,
        "back": {"ipv4_address": "10.0.0.2"},
        "front": {"aliases": ["www"], "mac_address": "02:42:ac:11:65:43"},
    },
    "volumes": [
        {"type": "volume", "source": "data", "target": "/data"},
        {"type": "bind", "source": "/srv/shop/conf", "target": "/conf"},
        {"type": "bind", "source": "/srv/shop/files", "target": "/files"},
        {"type": "bind", "source": "/srv/shop", "target": "/all", "read_only": True},
        {"type": "bind", "source": "/etc/hosts", "target": "/etc/hosts", "read_only": True},
    ],
    "build": {"context": "/srv/shop/web", "target": "x"},
}


def made(said: dict[str, object], *, production: bool = False, definitions: bool = True) -> dict:
    web = Service(name="web", role=Role.WEB, why="", definition=said)
    app = App(name="shop", folder="/srv/shop", services={"web": web}, bound={"/srv/shop/conf": "1"})
    one = Environment(
        name="x", app=app, production=production, domain="x.test", definitions=definitions
    )
    return instance(one, web).definition


def test_what_would_clash_is_left_out_and_paths_may_move():
    assert made(SAID) == {
        "image": "web:1",
        "user": "1000",
        "networks": {
            "default": {"aliases": ["web"]},
            "back": {"aliases": ["web"]},
            "front": {"aliases": ["www", "web"]},
        },
        "volumes": [
            {"type": "volume", "source": "data", "target": "/data"},
            {"type": "bind", "source": "./conf", "target": "/conf", "read_only": True},
            {"type": "bind", "source": "./files", "target": "/files"},
            {"type": "bind", "source": ".", "target": "/all", "read_only": True},
            {"type": "bind", "source": "/etc/hosts", "target": "/etc/hosts", "read_only": True},
        ],
        "build": {"context": "./web", "target": "x"},
    }


def test_production_writes_where_it_always_did():
    conf = made(SAID, production=True)["volumes"][1]
    assert conf == {"type": "bind", "source": "./conf", "target": "/conf"}


def test_an_engine_that_takes_no_definitions_gets_none():
    assert made(SAID, definitions=False) == {}


def test_a_bare_definition_stays_bare():
    assert made({"image": "x", "build": {"dockerfile_inline": "FROM x"}}) == {
        "image": "x",
        "build": {"dockerfile_inline": "FROM x"},
    }
    assert made({}) == {}
    networks = {"a": None, "b": {"ipv4_address": "10.0.0.2"}}
    assert made({"networks": networks}) == {"networks": {"a": None, "b": None}}


def test_secrets_of_others_in_a_bound_folder_are_covered():
    web = Service(name="web", role=Role.WEB, why="", definition={"volumes": SAID["volumes"]})
    hidden = ("/srv/shop/.partywall", "/srv/shop/.env.prod", "/etc/hosts", "/elsewhere/.env")
    app = App(name="shop", folder="/srv/shop", services={"web": web}, hidden=hidden)
    one = Environment(name="x", app=app, production=False, domain="x.test", definitions=True)
    assert instance(one, web).definition["volumes"][5:] == [
        {"type": "tmpfs", "target": "/all/.partywall"},
        {"type": "bind", "source": "/dev/null", "target": "/all/.env.prod", "read_only": True},
    ]


def test_an_instance_is_one_container():
    said = {"scale": 2, "deploy": {"replicas": 3, "resources": {"limits": {"cpus": 1}}}}
    assert made(said) == {"deploy": {"resources": {"limits": {"cpus": 1}}}}
