"""A Caddy that has the web's ports already leads visitors to the edge by what `snippet` prints."""

from __future__ import annotations

import contextlib
import http.client
import re
import subprocess
import time
from pathlib import Path

import pytest

from partywall.edge import command
from scenarios.bad_input.ground import Ground, free_ports

pytestmark = pytest.mark.scenario


def asked(port: int, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_visitors_are_led_from_another_caddy(ground: Ground, tmp_path: Path) -> None:
    assert ground.call("up", "dev", "--yes").code == 0
    said = ground.call("snippet", "caddy")
    assert said.code == 0, said.err
    hosts = re.findall(r"^(\S+) \{$", said.out, re.MULTILINE)
    host = next(one for one in hosts if one.startswith("dev."))
    direct = asked(ground.http, f"{host}:{ground.http}")
    port, _ = free_ports(2)
    text = re.sub(r"^(\S+) \{$", rf"http://\1:{port} {{", said.out, flags=re.MULTILINE)
    file = tmp_path / "Caddyfile"
    file.write_text("{\n\tauto_https off\n\tadmin off\n}\n" + text)
    words = [command.binary(), "run", "--config", file, "--adapter", "caddyfile"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as caddy:
        try:
            deadline = time.monotonic() + 10
            while True:
                try:
                    assert asked(port, host) == direct
                    break
                except ConnectionError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
        finally:
            caddy.terminate()


def test_nobody_is_named_who_is_not_seen(ground: Ground) -> None:
    assert ground.call("snippet", "haproxy").code == 2
