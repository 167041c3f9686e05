"""What the advice says of an architecture before it is measured: from the files, and informed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from partywall.advice.memory import Memory
from partywall.advice.needs import Needs
from partywall.model.choices import Choices
from partywall.model.errors import BadInput
from partywall.model.world import Key
from partywall.workflows.advice.facts import Other, found
from partywall.workflows.project import Project

Foresight = Callable[[Choices], int | None]


def foresight(
    project: Project, environments: Collection[str], measured: Mapping[Key, int]
) -> Foresight:
    """The bytes at rest that each point would take, with these environments.

    Args:
        project: the user's own.
        environments: production and the other.
        measured: what instances took; where it is empty, what is known of the user's own counts.

    Raises:
        BadInput: when the settings or a Compose file is wrong.
    """
    asked = found(project, Needs(), Other()).asked
    those = tuple(one for one in asked.site.environments if one.name in environments)
    site = msgspec.structs.replace(asked.site, environments=those)
    known = msgspec.structs.replace(asked.app, measured=measured) if measured else asked.app
    memory = Memory(site, known, asked.machine)

    def bytes_at(choices: Choices) -> int | None:
        try:
            return memory.estimate(choices).bytes
        except BadInput:
            return None

    return bytes_at
