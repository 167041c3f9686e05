"""Which other services an instance calls: those whose names its own texts hold; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from partywall.model.app import Service
from partywall.model.world import Key


def called(service: Service, names: Mapping[str, Key]) -> dict[str, Key]:
    """The names that occur in its variables, commands and health check.

    Only these, so that a service that comes or goes elsewhere in the Compose file is no change
    of one that never heard of it.
    """
    said = "\n".join(_texts(service))
    return {name: key for name, key in sorted(names.items()) if _occurs(name, said)}


def _texts(service: Service) -> Iterable[str]:
    yield from service.environment.values()
    yield from (*(service.entrypoint or ()), *(service.command or ()), *(service.run or ()))
    if service.health is not None:
        yield from service.health.command


def _occurs(name: str, text: str) -> bool:
    """Whether it stands there as a word of its own: `db` is not in `db-old` or `mydb`."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None
