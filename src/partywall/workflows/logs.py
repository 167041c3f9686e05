"""What services write: the last lines of their logs, and what comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from queue import SimpleQueue

import msgspec

from partywall.interfaces import Log
from partywall.model.errors import BadInput
from partywall.model.world import Key, name_of
from partywall.workflows import services, standing
from partywall.workflows.project import Project

Chosen = Mapping[str, Log]
"""What services are called → what they write."""


class Line(msgspec.Struct, frozen=True):
    """One line of one service."""

    service: str
    text: str


def chosen(project: Project, environment: str, names: Sequence[str]) -> Chosen:
    """The logs that are meant: of those named, or of all services, or of all that ever wrote.

    Raises:
        BadInput: when there is none of that name, or nothing at all.
    """
    logs = project.engine.logs()
    keys = _keys(project, environment, names, logs.written(environment))
    if not keys:
        raise BadInput(
            f"{environment} is not up, and there is nothing left of what it wrote",
            remedy=standing.way_up(project, environment),
        )
    return {name_of(key): logs.of(key) for key in keys}


def _keys(
    project: Project, environment: str, names: Sequence[str], written: Sequence[Key]
) -> Sequence[Key]:
    known = {name_of(key): key for key in written}
    if names:
        return [known.get(name) or services.one(project, environment, name) for name in names]
    return services.instances(project, environment) or sorted(written)


def last(chosen: Chosen, count: int) -> Iterator[Line]:
    """The last lines of each service, one service after the other."""
    for name, log in chosen.items():
        yield from (Line(name, text) for text in log.last(count))


def follow(chosen: Chosen) -> Iterator[Line]:
    """Lines of all of them as they come, for ever.

    Raises:
        MachineFailed: when who keeps a log is gone.
    """
    came: SimpleQueue[Line | Exception] = SimpleQueue()
    for name, log in chosen.items():
        threading.Thread(target=_listen, args=(name, log, came), daemon=True).start()
    while True:
        one = came.get()
        if isinstance(one, Exception):
            raise one
        yield one


def _listen(name: str, log: Log, came: SimpleQueue[Line | Exception]) -> None:
    """Runs beside the others: each waits in its own way."""
    try:
        for text in log.follow():
            came.put(Line(name, text))
    except Exception as error:  # whoever reads the lines gets it
        came.put(error)
