"""The service that answers which flags are on, as a process of this package."""

from __future__ import annotations

import sys

from partywall.axes import flags
from partywall.engines.embedded.servers.setup import Launch, Setup
from partywall.engines.embedded.supervise.program import Health
from partywall.model.world import Instance
from partywall.system import flag_extra

PORT = flags.PORT
_MODULE = "partywall.flags.service"


def program(setup: Setup) -> Launch:
    """The service, with its folders where they are on this machine."""
    host, port = setup.address.host, setup.port(PORT)
    return Launch(
        command=(sys.executable, "-P", "-m", _MODULE),
        environment={
            "FLAGS_FILE": f"{setup.paths[flags.SERVED]}/flags.json",
            "FLAGS_COUNTS": setup.paths[flags.COUNTS],
            "HOST": host,
            "PORT": str(port),
        },
        folder=setup.folder,
        health=Health(http=f"http://{host}:{port}/healthz", interval=2.0, timeout=2.0),
    )


def refusal(instance: Instance) -> str | None:
    """What evaluates flags is an extra of this package."""
    return flag_extra.refusal(instance.key)
