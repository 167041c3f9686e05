"""Finds the line of a user's own file that a complaint is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from partywall.compose import yamlfile
from partywall.model.errors import PartywallError, Place

_MOST = 100


class Sources:
    """The Compose files of a project; those near them are read only when these do not tell."""

    def __init__(self, files: Iterable[Path] = (), folder: Path | None = None) -> None:
        self._files = list(files)
        self._folder = folder
        self._texts: dict[str, list[str]] = {}

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Sources:
        """Texts that have been read already."""
        made = cls()
        made._texts = {file: text.splitlines() for file, text in texts.items()}
        return made

    def texts(self) -> Iterator[tuple[str, list[str]]]:
        """File and lines, the named files first."""
        yield from list(self._texts.items())
        for file in (*self._files, *self._near()):
            if str(file) not in self._texts:
                self._texts[str(file)] = _lines(file)
                yield str(file), self._texts[str(file)]

    def _near(self) -> Iterator[Path]:
        if self._folder is not None:
            near = (*self._folder.glob("*.y*ml"), *self._folder.glob("*/*.y*ml"))
            yield from (file for file in sorted(near)[:_MOST] if file.name != "partywall.yaml")

    def first(self, pattern: str) -> Place | None:
        """The first line that fits."""
        return next(self.every(pattern), None)

    def every(self, pattern: str) -> Iterator[Place]:
        """Every line that fits, comments aside."""
        expression = re.compile(pattern)
        for file, lines in self.texts():
            for number, line in enumerate(lines, 1):
                if not line.lstrip().startswith("#") and expression.search(line):
                    yield Place(file, number)

    def line(self, place: Place) -> str:
        """The text of a place."""
        for file, lines in self.texts():
            if file == place.file and place.line and place.line <= len(lines):
                return lines[place.line - 1]
        return ""

    def variable(self, name: str) -> Place | None:
        """Where a variable is used."""
        return self.first(rf"(?<!\$)\$(?:{re.escape(name)}\b|\{{{re.escape(name)}(?![\w]))")

    def word(self, word: str) -> Place | None:
        """Where a word stands."""
        return self.first(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")

    def service(self, name: str, *keys: str) -> Place | None:
        """Where a service is defined, or as deep in it as its keys can be followed."""
        for file, lines in self.texts():
            line = _follow(lines, ("services", name, *keys))
            if line is not None:
                return Place(file, line)
        return None

    def top(self, *keys: str) -> Place | None:
        """Where a key outside the services stands."""
        for file, lines in self.texts():
            line = _follow(lines, keys)
            if line is not None:
                return Place(file, line)
        return None


def _lines(file: Path) -> list[str]:
    try:
        return yamlfile.text_of(yamlfile.read(file) or b"", str(file)).splitlines()
    except PartywallError:
        return []


def _follow(lines: list[str], keys: tuple[str, ...]) -> int | None:
    """The line of the deepest key that is found; None when the first two are not."""
    start, floor, found = 0, -1, None
    for depth, key in enumerate(keys):
        line = _key(lines, key, start, floor)
        if line is None:
            return found if depth >= 2 else None
        found, start = line + 1, line + 1
        floor = _indent(lines[line])
    return found


def _key(lines: list[str], key: str, start: int, floor: int) -> int | None:
    """The line with the key in the block that begins at `start`, not in blocks inside it."""
    pattern = re.compile(rf"""\s*(?:-\s+)?["']?{re.escape(key)}["']?\s*(?::|=|$)""")
    level = None if floor >= 0 else 0
    for number in range(start, len(lines)):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = _indent(line)
        if indent < floor or (indent == floor and not line.lstrip().startswith("- ")):
            return None
        level = indent if level is None else level
        if indent == level and pattern.match(line):
            return number
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
