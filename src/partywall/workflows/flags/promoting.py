"""`flags promote`: what is in force in one environment is put in force in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from partywall.flags.definitions import written
from partywall.model.errors import BadInput
from partywall.workflows.flags import changing, reading
from partywall.workflows.flags.changing import Make
from partywall.workflows.project import Project


def promoted(
    project: Project, source: str, to: str, keys: Sequence[str]
) -> tuple[list[str], Callable[[str], Make]]:
    """Which flags are meant, and what shall be in force of each.

    Raises:
        BadInput: when both are one environment, or one has no such flag.
    """
    if source == to:
        raise BadInput("these are one environment", remedy="name two")
    there, here = reading.read(project, source), reading.read(project, to)
    for key in keys:
        there.flag(key)
        here.flag(key)
    both = [key for key in there.defined.flags if key in here.defined.flags]
    return list(keys) or both, changing.as_there(there)


def apart(project: Project, source: str, to: str, keys: Sequence[str]) -> Iterator[str]:
    """What is not promoted, since files say it: flags that they define differently; in sentences.

    Raises:
        BadInput: when there is no such environment, or a file is wrong.
    """
    there, here = reading.read(project, source).defined, reading.read(project, to).defined
    for key, flag in there.flags.items():
        other = here.flags.get(key)
        if keys and key not in keys:
            continue
        if other is None:
            yield f"{to} has no flag `{key}`: it is defined in {flag.place} alone"
        elif written(other) != written(flag):
            yield f"`{key}` is defined differently in {flag.place} and {other.place}"
