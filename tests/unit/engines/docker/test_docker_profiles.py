"""Several units in one document: other names outside, the same ones inside."""

from __future__ import annotations

from partywall.engines.docker.profiles import Drawn, in_profiles

WEB = {
    "image": "shop:1",
    "environment": {"URL": "pg://u:${PASSWORD}@db", "PRICE": "5$$ or $${PASSWORD} or ${OTHER}"},
    "depends_on": {"db": {"condition": "service_healthy"}},
    "networks": {"back": None, "front": {"aliases": ["shop"]}},
    "volumes": [
        {"type": "volume", "source": "rows", "target": "/rows"},
        {"type": "volume", "target": "/unnamed"},
        {"type": "bind", "source": "/srv", "target": "/srv"},
    ],
    "secrets": ["key", {"source": "cert", "target": "/tls/cert"}],
    "links": ["db", "db:database"],
    "volumes_from": ["db:ro"],
    "labels": {"io.partywall.key": "dev/web", "mine": "yes"},
}
SIDECAR = {"image": "side:1", "network_mode": "service:web", "ipc": "host", "labels": {}}
DB = {"image": "postgres:18", "depends_on": ["web"], "labels": {}, "profiles": ["seed"]}
DOCUMENT = {
    "name": "shop-dev",
    "services": {"web": WEB, "side": SIDECAR, "db": DB},
    "networks": {"back": {"name": "shop-dev_back"}},
    "volumes": {"rows": {"name": "shop-dev_rows"}},
    "secrets": {"key": {"environment": "PASSWORD"}, "cert": {"file": "/srv/cert"}},
}
DEV = Drawn(document=DOCUMENT, variables={"PASSWORD": "p"})


def drawn(name: str = "dev") -> dict:
    return in_profiles("shop", {name: DEV}).document


def test_each_environment_is_a_profile_under_names_of_its_own():
    whole = in_profiles("shop", {"prod": DEV, "my-dev": DEV})
    services = whole.document["services"]
    assert whole.document["name"] == "shop"
    assert set(services) == {f"{e}-{n}" for e in ("prod", "my-dev") for n in ("web", "side", "db")}
    assert services["prod-web"]["profiles"] == ["prod"]
    assert services["my-dev-db"]["profiles"] == ["my-dev-seed"]
    assert whole.variables == {"PROD_PASSWORD": "p", "MY_DEV_PASSWORD": "p"}
    assert services["my-dev-web"]["environment"]["URL"] == "pg://u:${MY_DEV_PASSWORD}@db"
    assert whole.document["volumes"]["prod-rows"] == {"name": "shop-dev_rows"}


def test_only_our_own_variables_get_another_name():
    said = drawn()["services"]["dev-web"]["environment"]["PRICE"]
    assert said == "5$$ or $${PASSWORD} or ${OTHER}"
    assert drawn()["secrets"] == {
        "dev-key": {"environment": "DEV_PASSWORD"},
        "dev-cert": {"file": "/srv/cert"},
    }


def test_inside_its_networks_a_service_is_called_as_ever():
    services = drawn()["services"]
    assert services["dev-web"]["networks"] == {
        "dev-back": {"aliases": ["web"]},
        "dev-front": {"aliases": ["web", "shop"]},
    }
    assert services["dev-db"]["networks"] == {"dev-default": {"aliases": ["db"]}}
    assert "networks" not in services["dev-side"]


def test_who_names_another_service_names_the_right_one():
    services = drawn()["services"]
    web = services["dev-web"]
    assert web["depends_on"] == {"dev-db": {"condition": "service_healthy"}}
    assert web["links"] == ["dev-db:db", "dev-db:database"]
    assert web["volumes_from"] == ["dev-db:ro"]
    assert services["dev-db"]["depends_on"] == ["dev-web"]
    assert services["dev-side"]["network_mode"] == "service:dev-web"
    assert services["dev-side"]["ipc"] == "host"


def test_data_and_files_are_the_environment_s_own():
    web = drawn()["services"]["dev-web"]
    assert web["volumes"][0]["source"] == "dev-rows"
    assert "source" not in web["volumes"][1]
    assert web["volumes"][2]["source"] == "/srv"
    assert web["secrets"] == [
        {"target": "key", "source": "dev-key"},
        {"target": "/tls/cert", "source": "dev-cert"},
    ]


def test_nothing_in_it_is_taken_for_partywall_s_own():
    assert drawn()["services"]["dev-web"]["labels"] == {"mine": "yes"}


def test_what_all_share_is_in_no_profile_and_in_the_networks_of_those_who_call_it():
    cache = {"services": {"cache": {"image": "redis", "labels": {}, "networks": {"default": None}}}}
    ways = {"cache": ["prod/network/default", "my-dev/network/back"]}
    whole = in_profiles("shop", {"shared": Drawn(document=cache), "prod": DEV}, ways)
    made = whole.document["services"]["shared-cache"]
    assert "profiles" not in made
    assert made["networks"] == {
        name: {"aliases": ["cache"]} for name in ("shared-default", "prod-default", "my-dev-back")
    }
    assert whole.document["services"]["prod-web"]["profiles"] == ["prod"]
