"""partywall.yaml with every default filled in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from partywall.compose import schema, yamlfile
from partywall.compose.checked import fit, nearest, shown
from partywall.compose.filled import Reader, is_path, is_route
from partywall.compose.folder import compose_files
from partywall.compose.wanted import (
    EnvFile,
    EnvironmentSettings,
    Limits,
    ServiceSettings,
    Settings,
)
from partywall.model.errors import BadInput, Place

__all__ = [
    "NAME",
    "EnvFile",
    "EnvironmentSettings",
    "Limits",
    "ServiceSettings",
    "Settings",
    "compose_files",
    "environment_of",
    "is_path",
    "is_route",
    "load",
    "parse",
]

NAME = "partywall.yaml"


def load(folder: Path, file: Path | None = None) -> Settings:
    """The settings of a project folder; defaults when there is no file.

    Raises:
        BadInput: when something in it is wrong.
    """
    path = file or folder / NAME
    data = yamlfile.read(path)
    if data is None and file is not None:
        raise BadInput(
            "there is no such settings file", where=Place(str(file)), remedy="name another one"
        )
    return parse(data, str(path), folder)


def parse(data: bytes | None, file: str, folder: Path) -> Settings:
    """The settings in a file's content; None stands for no file.

    Raises:
        BadInput: when something in it is wrong.
    """
    verbatim = frozenset({"variables"})
    document = yamlfile.parse(data or b"", file, verbatim=verbatim)
    raw = fit(document, document.data, schema.File)
    reader = Reader(document, folder)
    made = reader.settings(raw)
    if data is None:
        return made
    lines = {shown(path): line for path, line in document.lines.items()}
    return msgspec.structs.replace(made, file=Place(file), lines=lines)


def with_architecture(settings: Settings, names: Sequence[str]) -> Settings:
    """What no file, but for these architectures, amounts to in the same folder."""
    said = b"architecture: " + msgspec.json.encode(" + ".join(names))
    made = parse(said, NAME, settings.folder)
    return msgspec.structs.replace(made, compose=settings.compose, file=None, lines={})


def with_domain(settings: Settings, domain: str) -> Settings:
    """The settings for another domain of production; others are below it, or at it as well."""
    return msgspec.structs.replace(
        settings,
        domain=domain,
        environments={
            name: msgspec.structs.replace(
                one,
                domain=domain if one.production or settings.by_port else f"{name}.{domain}",
            )
            for name, one in settings.environments.items()
        },
    )


def environment_of(settings: Settings, name: str) -> EnvironmentSettings:
    """The environment of that name.

    Raises:
        BadInput: when there is none.
    """
    found = settings.environments.get(name)
    if found is None:
        raise BadInput(
            f"there is no environment {name!r}",
            where=settings.where("environments"),
            remedy=nearest(name, settings.environments),
        )
    return found
