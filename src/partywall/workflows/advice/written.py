"""The settings for a point, as a partywall.yaml that says just that, and is read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from pathlib import Path

import msgspec

from partywall import catalog
from partywall.advice.space import Point
from partywall.compose import settings as compose_settings
from partywall.compose import yamlfile
from partywall.compose.schema import AXES
from partywall.compose.settings import NAME, Settings
from partywall.model.choices import Choices
from partywall.model.errors import BadInput, PartywallError
from partywall.workflows import idle
from partywall.workflows.project import Project

_KEY = re.compile(r"(?P<key>[A-Za-z_][\w-]*)\s*:")
_KEYS = frozenset({"architecture", *AXES})


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The text, and what else has to be said."""

    text: str
    notes: tuple[str, ...] = ()


def written(project: Project, point: Point) -> Written:
    """The project's settings with this point in place of theirs; read back before it is given.

    Everything else that the file says stays, comments too, where its lines can be told apart.
    """
    engine = list(_engine(project))
    lines = [*engine, *lines_of(point)]
    file = project.settings.file
    data = yamlfile.read(Path(file.file)) if file else None
    before = yamlfile.text_of(data or b"", NAME)
    whole = _replaced(before, lines, _KEYS | {"engine"} if engine else _KEYS)
    if _point_of(project, whole) == point.choices:
        return Written(text=whole, notes=tuple(_troubles(project, whole)))
    note = f"{NAME} is not laid out so that lines can be replaced: put these in place of its own"
    return Written(text="\n".join(lines) + "\n", notes=(note,))


def lines_of(point: Point) -> Iterator[str]:
    """The lines that choose a point, and no more."""
    yield f"architecture: {point.near}"
    for axis, option in point.lines.items():
        # YAML reads a bare `on` or `off` as true or false.
        yield f'{axis}: "{option}"' if option in ("on", "off") else f"{axis}: {option}"


def _engine(project: Project) -> Iterator[str]:
    """An engine that was chosen beside the file."""
    if project.chosen_engine and project.settings.engine != project.chosen_engine:
        yield f"engine: {project.chosen_engine}"


def _replaced(text: str, lines: list[str], keys: Set[str]) -> str:
    """The file without its own lines of these keys, and the others where the first of them was."""
    kept: list[str] = []
    place: int | None = None
    dropping = False
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith(("#", "-")):
            found = _KEY.match(line)
            dropping = found is not None and found["key"] in keys
        elif not line.strip() or line.startswith("#"):
            dropping = False
        if dropping:
            place = len(kept) if place is None else place
        else:
            kept.append(line)
    at = _after_project(kept) if place is None else place
    return "\n".join([*kept[:at], *lines, *kept[at:]]) + "\n"


def _after_project(lines: list[str]) -> int:
    """Below the project's name where there is one, else at the end of the opening comment."""
    for number, line in enumerate(lines):
        if line.startswith("project:"):
            return number + 1
    opening = 0
    while opening < len(lines) and lines[opening].startswith("#"):
        opening += 1
    return opening


def _read(project: Project, text: str) -> Settings:
    return compose_settings.parse(text.encode(), NAME, project.folder)


def _point_of(project: Project, text: str) -> Choices | None:
    """What a file chooses; None for one that cannot be read."""
    try:
        read = _read(project, text)
        return msgspec.structs.replace(catalog.choices(read.architecture), **read.choices)
    except BadInput:
        return None


def _troubles(project: Project, text: str) -> Iterator[str]:
    """Lines of the file that mean nothing at the new point, and would be refused."""
    there = Project(_read(project, text), project.chosen_engine)
    for said in there.settings.environments.values():
        try:
            idle.refuse(there, said)
        except PartywallError as error:
            yield f"{error.what} (line {error.where.line if error.where else '?'}); {error.remedy}"
