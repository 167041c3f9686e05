"""What owns the ports and the certificates, and why a route never changes it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from partywall.edge.caddy import configuration, text_of
from partywall.edge.front import ASK, front, listened
from partywall.edge.settings import Tls
from partywall.model.errors import BadInput

GOLDEN = Path(__file__).parent / "golden"


def policies(settings):
    return front(settings, ())["apps"]["tls"]["automation"]["policies"]


@pytest.mark.parametrize("name", ["front", "front-off"])
def test_the_whole_of_it(settings, plain, name):
    text = text_of(front(plain if name == "front-off" else settings, ()))
    assert text.decode() == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


def test_it_dials_what_a_side_listens_on(settings, production):
    side = configuration(settings, [production], "a")["apps"]["http"]["servers"]
    for port, server in front(settings, ())["apps"]["http"]["servers"].items():
        (upstream,) = server["routes"][0]["handle"][0]["upstreams"]
        dialled = upstream["dial"].replace("/current/", "/a/")
        assert side[port]["listen"] == [f"{dialled}|0200"]


def test_a_port_of_its_own_has_tls_as_the_main_one(settings, plain):
    servers = front(settings, (9443,))["apps"]["http"]["servers"]
    kept = front(msgspec.structs.replace(settings, ports=(9443,)), ())
    assert kept["apps"]["http"]["servers"] == servers
    assert {port: "tls_connection_policies" in one for port, one in servers.items()} == {
        "8080": False,
        "8443": True,
        "9443": True,
    }
    assert set(front(plain, (9443,))["apps"]["http"]["servers"]) == {"8080", "9443"}


def test_a_certificate_is_made_only_for_what_a_side_knows(settings, production, development):
    permission = front(settings, ())["apps"]["tls"]["automation"]["on_demand"]["permission"]
    assert permission["endpoint"] == f"http://127.0.0.1:8080{ASK}"
    config = configuration(settings, [production, development], "a")
    (known,) = [
        route["match"][0]
        for route in config["apps"]["http"]["servers"]["8080"]["routes"]
        if route.get("match", [{}])[0].get("path") == [ASK]
    ]
    assert known["query"]["domain"] == ["dev.shop.localhost", "shop.localhost"]
    assert known["host"] == ["127.0.0.1"]


def test_acme_asks_for_public_names_and_the_inner_authority_for_others(settings):
    acme = msgspec.structs.replace(settings, tls=Tls.ACME, email="me@example.com")
    inner, public = policies(acme)
    assert inner["issuers"] == [{"module": "internal"}]
    assert {"*", "localhost", "*.localhost", "*.*.test"} <= set(inner["subjects"])
    assert "subjects" not in public
    assert public["issuers"][0] == {
        "module": "acme",
        "email": "me@example.com",
        "challenges": {"http": {"alternate_port": 8080}, "tls-alpn": {"alternate_port": 8443}},
    }


def test_a_directory_of_ones_own_signs_every_name(settings):
    acme = msgspec.structs.replace(
        settings, tls=Tls.ACME, directory="https://ca.home/acme", root="/ca.pem"
    )
    (policy,) = policies(acme)
    assert policy["issuers"][0]["ca"] == "https://ca.home/acme"
    assert policy["issuers"][0]["trusted_roots_pem_files"] == ["/ca.pem"]


def test_ipv6_addresses_are_put_in_brackets(plain):
    config = front(msgspec.structs.replace(plain, bind=("::1", "127.0.0.1")), ())
    assert listened(config) == {"127.0.0.1:8080", "[::1]:8080"}


def test_everywhere_is_reached_over_loopback(settings):
    assert msgspec.structs.replace(settings, bind=("0.0.0.0",)).address == "127.0.0.1"
    assert msgspec.structs.replace(settings, bind=("::",)).address == "::1"


def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(BadInput, match="same port"):
        front(msgspec.structs.replace(settings, http_port=8443), ())
