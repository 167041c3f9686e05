"""What files and people say of flags, put where the service and the app read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from partywall.flags import definitions, settings
from partywall.flags.definitions import Defined, Flag
from partywall.flags.settings import Setting
from partywall.model.choices import Flags
from partywall.model.errors import BadInput
from partywall.workflows.flags.kept import Kept
from partywall.workflows.project import Project


def check(project: Project, names: Iterable[str]) -> None:
    """See that the files of these environments' flags can be served; nothing is changed.

    Raises:
        BadInput: when one is wrong, with file and line.
    """
    if project.choices.flags is Flags.ON:
        for name in names:
            said = Kept(project.home, name).settings()
            for flag in definitions.load(project.folder, name).flags.values():
                refuse_unfit(name, flag, said.of(flag.key))


def refuse_unfit(environment: str, flag: Flag, setting: Setting) -> None:
    """See that a flag has the variants that have been said of it.

    Raises:
        BadInput: when it has one no longer.
    """
    if variant := settings.unfit(flag, setting):
        raise BadInput(
            f"`{flag.key}` has no variant `{variant}`, which it is said to be in {environment}",
            where=flag.place,
            remedy=f"keep the variant, or `partywall flags reset {flag.key} --in {environment}`",
        )


def pending(project: Project, names: Iterable[str]) -> dict[str, list[str]]:
    """Environment → flags that its files define otherwise than they are served.

    Raises:
        BadInput: when a file is wrong.
    """
    if project.choices.flags is not Flags.ON:
        return {}
    found = {}
    for name in names:
        served = Kept(project.home, name).defined()
        if served is not None:
            now = _written(definitions.load(project.folder, name))
            former = _written(served)
            keys = sorted({*now, *former})
            if others := [key for key in keys if now.get(key) != former.get(key)]:
                found[name] = others
    return found


def _written(defined: Defined) -> dict[str, dict[str, Any]]:
    return {key: definitions.written(flag) for key, flag in defined.flags.items()}


def serve(project: Project, names: Iterable[str]) -> list[str]:
    """Serve the flags of these environments; says whose have changed.

    Raises:
        BadInput: when a file is wrong; what was served before still is.
        MachineFailed: when it cannot be written.
    """
    if project.choices.flags is not Flags.ON:
        return []
    said = []
    for name in names:
        place = Kept(project.home, name)
        with place.alone():
            defined = definitions.load(project.folder, name)
            if place.serve(defined):
                said.append(f"{len(defined.flags)} flags are served in {name}")
    return said
