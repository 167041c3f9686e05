"""Reads a YAML file that a person wrote: plain values, and the line of each of them."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from partywall.model.errors import BadInput, Place

if TYPE_CHECKING:
    import yaml

MOST_BYTES = 1_000_000
_MOST_VALUES = 20_000
_DEEPEST = 40
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}

Path_ = tuple[str | int, ...]
"""Where a value stands in the file: keys and list positions from the top."""


class Document(msgspec.Struct, frozen=True):
    """A file's content and where each part of it stands."""

    file: str
    data: Any
    lines: dict[Path_, int]

    def place(self, path: Path_) -> Place:
        """The place of a value, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.file, self.lines.get(path))


def read(path: Path) -> bytes | None:
    """A file's bytes, or None when there is none.

    Raises:
        BadInput: when it is a folder, unreadable, no ordinary file, or far too large.
    """
    where = Place(str(path))
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise BadInput(
                f"{path.name} is a folder", where=where, remedy="a file must stand here: move it"
            )
        if not stat.S_ISREG(found.st_mode):
            raise BadInput(
                f"{path.name} is no ordinary file", where=where, remedy="put a text file here"
            )
        if found.st_size > MOST_BYTES:
            raise _too_large(path.name, where)
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        says = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            f"{path.name} cannot be read: {says.lower()}",
            where=where,
            remedy="give your user the right to read it",
        ) from error


def text_of(data: bytes, file: str) -> str:
    """The text of a file: UTF-8, with or without a byte order mark, any line ends.

    Raises:
        BadInput: when it is no text.
    """
    where = Place(file)
    if len(data) > MOST_BYTES:
        raise _too_large(Path(file).name, where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{Path(file).name} is not UTF-8 text",
            where=Place(file, line),
            remedy="save it as UTF-8 text",
        ) from error
    if "\0" in text:
        raise BadInput(
            f"{Path(file).name} is a binary file", where=where, remedy="put a text file here"
        )
    return text.replace("\r\n", "\n")


def parse(data: bytes, file: str, *, verbatim: frozenset[str] = frozenset()) -> Document:
    """The content of a file; scalars below a key in `verbatim` stay the text they are.

    Raises:
        BadInput: when it is not YAML, or not sanely so.
    """
    # Late: it is not needed where there is no such file.
    import yaml  # noqa: PLC0415

    text = text_of(data, file)
    try:
        _check_depth(text, file)
        node = yaml.compose(text, Loader=_loader())
    except yaml.YAMLError as error:
        raise _broken(error, text, file) from error
    builder = _Builder(file, verbatim)
    built = None if node is None else builder.build(node, ())
    return Document(file, built, builder.lines)


def _loader() -> type[yaml.CSafeLoader] | type[yaml.SafeLoader]:
    import yaml  # noqa: PLC0415

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _check_depth(text: str, file: str) -> None:
    """Composing recurses, so depth is looked at first, event by event."""
    import yaml  # noqa: PLC0415

    depth = 0
    for event in yaml.parse(text, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            mark = event.start_mark
            raise _too_deep(file, mark.line + 1 if mark else 1)


class _Builder:
    """Turns nodes into values, with the rules of YAML 1.2 for plain words and numbers."""

    def __init__(self, file: str, verbatim: frozenset[str]) -> None:
        self.file = file
        self.lines: dict[Path_, int] = {}
        self._verbatim = verbatim
        self._count = 0

    def build(self, node: yaml.Node, path: Path_) -> Any:  # noqa: ANN401
        import yaml  # noqa: PLC0415

        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._count += 1
        if self._count > _MOST_VALUES or len(path) > _DEEPEST:
            raise _too_deep(self.file, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        return None

    def _scalar(self, node: yaml.ScalarNode, path: Path_) -> Any:  # noqa: ANN401
        text = str(node.value)
        if node.style in ("'", '"', "|", ">"):
            return text
        if self._verbatim.intersection(path) and text.lower() not in ("", "~", "null"):
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INT.fullmatch(text) and len(text) < 19:
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) and len(text) < 300 else text

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            line = key_node.start_mark.line + 1
            if key == "<<":
                for part in self._merge(value_node, path):
                    merged = part | merged
                continue
            if key in own:
                raise said_twice((*path, key), Place(self.file, line), self.lines[(*path, key)])
            self.lines[(*path, key)] = line
            own[key] = self.build(value_node, (*path, key))
        return merged | own

    def _merge(self, node: yaml.Node, path: Path_) -> Iterator[dict[str, Any]]:
        built = self.build(node, (*path, "<<"))
        for part in built if isinstance(built, list) else [built]:
            if not isinstance(part, dict):
                raise BadInput(
                    "`<<` merges mappings only",
                    where=Place(self.file, node.start_mark.line + 1),
                    remedy="name a mapping with an anchor: `<<: *name`",
                )
            yield part

    def _key(self, node: yaml.Node) -> str:
        import yaml  # noqa: PLC0415

        if isinstance(node, yaml.ScalarNode) and str(node.value).isprintable():
            return str(node.value)
        raise BadInput(
            "a key must be a word, not a list, a mapping or something unprintable",
            where=Place(self.file, node.start_mark.line + 1),
            remedy="write `key: value`; text with braces or brackets needs quotes",
        )


def _broken(error: yaml.YAMLError, text: str, file: str) -> BadInput:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else None
    lines = text.split("\n")
    said = lines[line - 1] if line and line <= len(lines) else ""
    if "\t" in said[: len(said) - len(said.lstrip())]:
        what, remedy = "a tab is used to indent", "indent with spaces"
    else:
        problem = getattr(error, "problem", None) or getattr(error, "reason", None)
        what = f"{Path(file).name} is not valid YAML: {problem or 'it cannot be understood'}"
        remedy = "look at this line and the one above it: a colon, a quote or the indentation"
    return BadInput(what, where=Place(file, line), remedy=remedy)


def said_twice(path: Path_, where: Place, first: int) -> BadInput:
    """The error for a key that stands in a mapping already, in the line `first`."""
    return BadInput(
        f"`{path[-1]}` is said twice",
        where=where,
        remedy=f"keep one of them; the first is in line {first}",
    )


def _too_large(name: str, where: Place) -> BadInput:
    return BadInput(
        f"{name} is larger than {MOST_BYTES // 1_000_000} MB",
        where=where,
        remedy="a file with settings is small: is this the right one?",
    )


def _too_deep(file: str, line: int) -> BadInput:
    return BadInput(
        f"{Path(file).name} is nested too deeply, or repeats itself through aliases",
        where=Place(file, line),
        remedy="write it out plainly",
    )
