"""An MQTT broker, standing in for Mosquitto and its like."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from partywall.axes.starting import SPACES
from partywall.engines.embedded.servers import setup as setups
from partywall.engines.embedded.servers.setup import Launch, Setup, kept_in
from partywall.engines.embedded.supervise.program import Health

PORT = 1883
_USER = re.compile(r"(MQTT|MOSQUITTO|BROKER|EMQX)_.*USER(NAME)?$|^USER(NAME)?$", re.IGNORECASE)
_PASSWORD = re.compile(r"(MQTT|MOSQUITTO|BROKER|EMQX)_.*PASS(WORD|WD)?$|^PASSWORD$", re.IGNORECASE)


def program(setup: Setup) -> Launch:
    """The broker of this package, with the name and password that its image would have taken."""
    host, port = setup.address.host, setup.port(PORT)
    user, password = login(setup.environment)
    own = {"BROKER_BIND": f"{host}:{port}", "BROKER_USER": user, "BROKER_PASSWORD": password}
    if spaces := kept_in(setup):
        own = {"BROKER_BIND": f"{host}:{port}", SPACES: str(spaces)}
    program = Path(setups.__file__).with_name("broker.py")
    return Launch(
        command=(sys.executable, "-I", str(program)),
        environment={"PYTHONDONTWRITEBYTECODE": "1", **own},
        folder=setup.folder,
        health=Health(tcp=(host, port), interval=2.0),
    )


def login(environment: Mapping[str, str]) -> tuple[str, str]:
    """Name and password from the variables of the image; empty when it has none."""
    user = next((environment[name] for name in environment if _USER.search(name)), "")
    password = next((environment[name] for name in environment if _PASSWORD.search(name)), "")
    return (user, password) if user and password else ("", "")
