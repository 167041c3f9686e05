"""What the advice says of an architecture before anything of it is measured."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from partywall.advice.memory import Memory
from partywall.advice.needs import Needs
from partywall.model.choices import Choices
from partywall.model.errors import BadInput
from partywall.workflows.advice.facts import Other, found
from partywall.workflows.project import Project

Foresight = Callable[[Choices], int | None]


def foresight(project: Project, environments: Collection[str]) -> Foresight:
    """The bytes at rest that each point would take, with these environments.

    Raises:
        BadInput: when the settings or a Compose file is wrong.
    """
    asked = found(project, Needs(), Other()).asked
    those = tuple(one for one in asked.site.environments if one.name in environments)
    site = msgspec.structs.replace(asked.site, environments=those)
    memory = Memory(site, asked.app, asked.machine)

    def bytes_at(choices: Choices) -> int | None:
        try:
            return memory.estimate(choices).bytes
        except BadInput:
            return None

    return bytes_at
