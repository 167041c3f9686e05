"""The application's own processes, from `x-partywall: {run: …}`."""

from __future__ import annotations

import re

from partywall.engines.embedded.allocations import Address
from partywall.engines.embedded.names import in_text
from partywall.engines.embedded.servers.setup import Launch, Setup, base_path
from partywall.engines.embedded.supervise.program import Health
from partywall.model.app import HealthCheck

_LOOPBACK = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")  # noqa: S104  (nothing is bound here)
_WORD = re.compile(
    r"(?<![Hh]ost: )(?:^|(?<=\s))(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)"
    r"(?:(?P<space>\s+)(?P<port>[0-9]+))?(?=$|\s)"
)
"""The loopback as a word of its own, as in `nc -z localhost 8000`; not in a `Host:` header."""


def program(setup: Setup) -> Launch:
    """The command in the project's folder, told by HOST and PORT where to listen."""
    instance = setup.instance
    command = tuple(in_text(word, setup.hosts, setup.paths) for word in instance.run or ())
    ports = list(setup.address.ports.values())
    listen = {"HOST": setup.address.host, "PORT": str(ports[0])} if ports else {}
    return Launch(
        command=command,
        environment={
            "PATH": base_path(),
            "HOME": str(setup.folder),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **setup.environment,
            **listen,
        },
        folder=setup.project,
        health=_health(instance.health, setup) if instance.health else _customary(setup),
        stop_signal=instance.stop_signal,
    )


def _health(check: HealthCheck, setup: Setup) -> Health:
    """Its own check; the loopback of a container is here the address that the service was given."""
    own = dict.fromkeys(_LOOPBACK, setup.address)
    found = (in_text(word, setup.hosts | own, {}) for word in check.command)
    command = tuple(_WORD.sub(lambda word: _as_words(word, setup.address), text) for text in found)
    return Health(
        command=("/bin/sh", "-c", *command) if check.shell else command,
        interval=check.interval,
        timeout=check.timeout,
        retries=check.retries,
        start_period=check.start_period,
    )


def _as_words(found: re.Match[str], address: Address) -> str:
    if found["port"] is None:
        return address.host
    port = int(found["port"])
    return f"{address.host}{found['space']}{address.ports.get(port, port)}"


def _customary(setup: Setup) -> Health | None:
    """An app without a health check is well when it accepts connections."""
    ports = list(setup.address.ports.values())
    return Health(tcp=(setup.address.host, ports[0])) if ports else None
