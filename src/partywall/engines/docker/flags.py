"""The service that answers which flags are on, as a container of this machine's interpreter."""

from __future__ import annotations

import os
from typing import Any

from partywall.axes.flags import PORT
from partywall.engines.docker import agent_image
from partywall.engines.docker.api import Api
from partywall.interfaces import Agent
from partywall.model.world import Instance
from partywall.system import flag_extra

_AGENT = Agent(
    module="partywall.flags.service",
    needs=flag_extra.NEEDS,
)
_LOOK = (
    f"import urllib.request as u; u.urlopen('http://127.0.0.1:{PORT}/healthz', timeout=2).read()"
)


def refusal(instance: Instance) -> str | None:
    """Its image is made of this machine's packages."""
    return flag_extra.refusal(instance.key)


def service(instance: Instance, api: Api) -> dict[str, Any]:
    """What of its definition only this engine knows; the image is made when there is none yet.

    It can write into one folder alone, as the user whose command lines read what it counts.

    Raises:
        MachineFailed: when the image cannot be made.
    """
    words = agent_image.command(_AGENT)
    health = instance.health
    look = ["CMD", words[0], "-I", "-c", _LOOK]
    return {
        "image": agent_image.ensure(api, _AGENT),
        "entrypoint": list(words),
        "user": f"{os.geteuid()}:{os.getegid()}",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        **(
            {"healthcheck": {"test": look, "interval": f"{health.interval:g}s", "retries": 3}}
            if health
            else {}
        ),
    }
