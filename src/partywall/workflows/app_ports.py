"""The ports of the host that the app takes itself, so that the edge chooses others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from functools import cached_property
from typing import TYPE_CHECKING

from partywall.axes.ports import bypassing
from partywall.compose import read
from partywall.model.errors import PartywallError
from partywall.workflows.requests import unaddressed

if TYPE_CHECKING:
    from partywall.workflows.project import Project

Says = Callable[[], Collection[int]]


class Gone:
    """The ports that are not to be chosen; the app is asked for its own when it first matters.

    Args:
        others: what other projects claim.
        published: says what the app publishes.
    """

    def __init__(self, others: Collection[int], published: Says) -> None:
        self._others = others
        self._published = published

    def __contains__(self, port: int) -> bool:
        """Whether somebody has it."""
        return port in self._others or port in self._of_the_app

    @cached_property
    def _of_the_app(self) -> Collection[int]:
        return self._published()


def published(project: Project) -> frozenset[int]:
    """What production publishes past the edge; where it is or was somebody else's, everything.

    What is wrong with the Compose file is said where it is read to be made.
    """
    said = project.settings.production
    with contextlib.suppress(PartywallError):
        if project.engine.definitions:
            app = read.read(unaddressed(project, said))
            whole = bool(said.attach or said.volumes_of)
            return frozenset(
                int(port.published)
                for service in app.services.values()
                for port in (service.ports if whole else bypassing(app, service))
                if port.protocol == "tcp" and port.published.isdecimal()
            )
    return frozenset()
