"""What another proxy is told, so that it leads visitors to the edge."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from partywall.edge import command
from partywall.edge.behind import PROXIES, Behind, known

PLAIN = Behind(
    project="shop",
    hosts=("dev.shop.example", "shop.example"),
    upstream="127.0.0.1",
    port=8080,
    tls=False,
)
SECURE = Behind(project="shop", hosts=("shop.example",), upstream="::1", port=8443, tls=True)


@pytest.mark.parametrize("behind", [PLAIN, SECURE])
def test_caddy_understands_it(behind: Behind, tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_text(PROXIES["caddy"](behind))
    words = (command.binary(), "adapt", "--config", file, "--adapter", "caddyfile")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f'"dial":"{behind.address}"' in done.stdout
    for host in behind.hosts:
        assert f'"{host}"' in done.stdout


@pytest.mark.parametrize("behind", [PLAIN, SECURE])
def test_traefik_gets_a_file_with_both_ends(behind: Behind) -> None:
    said = yaml.safe_load(PROXIES["traefik"](behind))["http"]
    assert said["routers"]["partywall-shop"]["rule"] == " || ".join(
        f"Host(`{host}`)" for host in behind.hosts
    )
    scheme = "https" if behind.tls else "http"
    server = said["services"]["partywall-shop"]["loadBalancer"]
    assert server["servers"] == [{"url": f"{scheme}://{behind.address}"}]
    assert ("serversTransports" in said) is behind.tls
    assert ("serversTransport" in server) is behind.tls


@pytest.mark.parametrize("behind", [PLAIN, SECURE])
def test_nginx_keeps_the_host_and_says_who_asks(behind: Behind) -> None:
    text = PROXIES["nginx"](behind)
    assert f"server_name {' '.join(behind.hosts)};" in text
    assert "proxy_set_header Host $host;" in text
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert ("proxy_ssl_name $host;" in text) is behind.tls
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["lscr.io/linuxserver/swag", "nginx"], "nginx"),
        (["traefik:v3"], "traefik"),
        (["ghcr.io/x/Caddy-docker-proxy:2"], "caddy"),
        (["haproxy"], ""),
        ([], ""),
    ],
)
def test_proxies_are_known_by_what_they_are_called(words: list[str], name: str) -> None:
    assert known(words) == name
