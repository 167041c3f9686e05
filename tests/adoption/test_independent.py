"""The second opinion can say no: a sharing of each kind is planted, and it finds that one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from adoption import independent
from adoption.independent import Json

Plant = Callable[[Json, Json], None]


def unit(name: str) -> Json:
    """One rendered environment."""
    return {
        "name": f"shop-{name}",
        "services": {
            "web": {
                "image": f"partywall/shop:{name}",
                "networks": {"default": None},
                "environment": {"DB_PASSWORD": f"word-of-{name}", "ADDRESS": f"redis://{name}/1"},
                "volumes": [
                    {"type": "volume", "source": "data", "target": "/data"},
                    {"type": "bind", "source": f"/srv/{name}", "target": "/srv"},
                    {"type": "bind", "source": "/srv/conf", "target": "/c", "read_only": True},
                ],
            }
        },
        "volumes": {"data": {"name": f"shop-{name}_data"}},
        "networks": {"default": {"name": f"shop-{name}_default"}},
    }


def web(made: Json) -> Json:
    """The service in which most is planted."""
    return made["services"]["web"]


def both(**said) -> Plant:
    """The same for the service of both."""

    def plant(prod: Json, dev: Json) -> None:
        for one in (prod, dev):
            web(one).update(copy.deepcopy(said))

    return plant


def tops(section: str, said: Json) -> Plant:
    """The same at the top of both."""

    def plant(prod: Json, dev: Json) -> None:
        for one in (prod, dev):
            one[section] = {**one.get(section, {}), "more": copy.deepcopy(said)}

    return plant


def in_dev(change: Callable[[Json], None]) -> Plant:
    """Something in one alone, that belongs to the other."""
    return lambda prod, dev: change(dev)


def variable(value: str) -> Plant:
    """A variable of the one that speaks of the other."""
    return in_dev(lambda dev: web(dev)["environment"].update(SEEN=value))


def bind(source: str, **more) -> Plant:
    """A bound folder of the one."""
    one = {"type": "bind", "source": source, "target": "/x", **more}
    return in_dev(lambda dev: web(dev)["volumes"].append(one))


def publishing(mine: Json, theirs: Json) -> Plant:
    """A port of each."""

    def plant(prod: Json, dev: Json) -> None:
        web(prod)["ports"], web(dev)["ports"] = [{"target": 1, **mine}], [{"target": 1, **theirs}]

    return plant


POOL = {"ipam": {"config": [{"subnet": "10.9.0.0/24"}]}}
SHARED = [
    (in_dev(lambda dev: dev.update(name="shop-prod")), "project: shop-prod"),
    (tops("volumes", {"name": "legacy"}), "volume: legacy"),
    (tops("volumes", {"external": True, "name": "legacy"}), "volume: legacy"),
    (tops("networks", {"name": "proxy"}), "network: proxy"),
    (tops("networks", POOL), "address: 10.9.0.0/24"),
    (both(container_name="shop_web"), "container: shop_web"),
    (both(networks={"default": {"ipv4_address": "10.9.0.7"}}), "address: 10.9.0.7"),
    (both(networks={"default": {"mac_address": "02:00::1"}}), "address: 02:00::1"),
    (both(build={"context": "."}, image="shop"), "image: shop"),
    (bind("/srv/prod"), "bind: /srv/prod"),
    (bind("/srv/prod/below"), "bind: /srv/prod"),
    (bind("/srv"), "bind: /srv/prod"),
    (tops("volumes", {"driver_opts": {"o": "bind", "device": "/mnt/rows"}}), "bind: /mnt/rows"),
    (publishing({"published": "53"}, {"published": "53", "host_ip": "10.0.0.1"}), "port: 53/tcp"),
    (publishing({"published": "3000-3005"}, {"published": "3004"}), "port: 3000-3005/tcp"),
    (
        publishing(*[{"published": 53, "protocol": "udp", "host_ip": "10.0.0.1"}] * 2),
        "port: 53/udp",
    ),
    (variable("http://shop-prod-web-1:80"), "names: shop-prod"),
    (in_dev(lambda dev: web(dev).update(external_links=["shop-prod-web-1:w"])), "names: shop-prod"),
    (in_dev(lambda dev: web(dev).update(network_mode="container:shop-prod-web-1")), "names: "),
    (in_dev(lambda dev: web(dev).update(command=["use", "shop-prod_data"])), "names: shop-prod"),
]


@pytest.mark.parametrize(("plant", "found"), SHARED)
def test_a_sharing_that_was_planted_is_found(plant: Plant, found: str):
    prod, dev = unit("prod"), unit("dev")
    assert independent.shared(prod, dev) == []
    plant(prod, dev)
    assert any(one.startswith(found) for one in independent.shared(prod, dev))


@pytest.mark.parametrize(
    "plant",
    [
        bind("/srv/conf/more", read_only=True),
        publishing({"published": "53"}, {"published": "53", "protocol": "udp"}),
        publishing(
            {"published": "53", "host_ip": "10.0.0.1"}, {"published": "53", "host_ip": "::1"}
        ),
        variable("http://shop-production:80"),
    ],
)
def test_what_gets_on_is_let_alone(plant: Plant):
    prod, dev = unit("prod"), unit("dev")
    plant(prod, dev)
    assert independent.shared(prod, dev) == []


@pytest.mark.parametrize(
    "said",
    [
        {"services": {"web": {"environment": {"OTHER": "word-of-prod"}}}},
        {"services": {"web": {"environment": {"U": "redis://:word-of-prod@cache"}}}},
        {"services": {"web": {"command": ["run", "--requirepass", "word-of-prod"]}}},
        {"services": {"web": {"environment": {"OTHER": "${LEAKED}"}}}},
        {"services": {}, "secrets": {"one": {"file": "FOLDER/word"}}},
        {"services": {}, "secrets": {"one": {"environment": "LEAKED"}}},
    ],
)
def test_one_secret_for_both_is_found_wherever_it_stands(said: Json, tmp_path: Path):
    (tmp_path / "word").write_text("word-of-prod\n")
    prod, dev = unit("prod"), said
    prod["secrets"] = {"word": {"file": str(tmp_path / "word")}}
    for name, made in (("prod", prod), ("dev", dev)):
        folder = tmp_path / name
        folder.mkdir()
        text = yaml.safe_dump({"name": name, **made}).replace("FOLDER", str(tmp_path))
        (folder / "compose.yaml").write_text(text)
        (folder / ".env").write_text("LEAKED='word-of-prod'\n")
    found = independent.same_secrets(*(independent.load(tmp_path / one) for one in ("prod", "dev")))
    assert found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"volumes": [{"type": "bind", "source": "/run/docker.sock"}]}, "web: /run/docker.sock"),
        ({"network_mode": "host"}, "web: network_mode host"),
        ({"pid": "host"}, "web: pid host"),
        ({"ipc": "container:x"}, "web: ipc container:x"),
        ({"external_links": ["x"]}, "web: external_links"),
    ],
)
def test_a_way_over_the_wall_is_found(said: Json, found: str):
    made = unit("dev")
    assert independent.climbing(made) == []
    web(made).update(said)
    assert independent.climbing(made) == [found]


def test_names_that_lead_nowhere_are_found():
    made = unit("dev")
    assert independent.unknown_names(made) == []
    del made["volumes"], made["networks"]
    web(made)["network_mode"] = "service:vpn"
    assert len(independent.unknown_names(made)) == 3
