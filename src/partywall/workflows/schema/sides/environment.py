"""An environment's tables, in the server that runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from partywall.data.postgres.schemas.seat import dumped
from partywall.workflows.project import Project
from partywall.workflows.schema import place
from partywall.workflows.schema.place import Home
from partywall.workflows.schema.sides.side import Tell, Whose

if TYPE_CHECKING:
    from psycopg import Connection


class EnvironmentSide:
    """It is both the side and the way to look at it: nothing has to be opened."""

    def __init__(self, project: Project, home: Home) -> None:
        self._project = project
        self._home = home
        self.whose = Whose(
            label=home.environment,
            owner=home.database.owner,
            schema=home.schema,
            whole=not home.database.schema,
        )

    @contextmanager
    def opened(self, tell: Tell) -> Iterator[EnvironmentSide]:
        """As it is."""
        del tell
        yield self

    def connect(self) -> AbstractContextManager[Connection[Any]]:
        """A connection to the living server; raises as `place.entered` does."""
        return place.entered(self._project, self._home)

    def dumped(self, words: Sequence[str]) -> str:
        """What `pg_dump` says; raises MachineFailed when it cannot."""
        seat = place.seat(self._project, self._home)
        return dumped(self._project.engine.reach(), seat, words)
