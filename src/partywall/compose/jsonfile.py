"""Reads a JSON file that a person wrote: plain values, and the line of each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from partywall.compose.yamlfile import Document, Path_, said_twice, text_of
from partywall.model.errors import BadInput, Place
from partywall.system.decoding import decode

_DEEPEST = 40
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_BYTE = re.compile(r"\s*\(byte (\d+)\)")
_NUMBER = re.compile(r"-?\d")


def parse(data: bytes, file: str) -> Document:
    """The content of a file; an empty one has none.

    Raises:
        BadInput: when it is not JSON, says a key twice, or is nested too deeply.
    """
    text = text_of(data, file)
    if not text.strip():
        return Document(file, None, {})
    try:
        found = decode(text)
    except RecursionError as error:
        raise _too_deep(file, None) from error
    except msgspec.DecodeError as error:
        raise _broken(error, text, file) from error
    walk = _Walk(text, file)
    walk.whole()
    return Document(file, found, walk.lines)


class _Walk:
    """Goes through a text that is known to be JSON, and notes the line of everything."""

    def __init__(self, text: str, file: str) -> None:
        self.lines: dict[Path_, int] = {}
        self._tokens = _tokens(text)
        self._file = file

    def whole(self) -> None:
        self._value((), *next(self._tokens))

    def _value(self, path: Path_, word: str, line: int) -> None:
        self.lines.setdefault(path, line)
        if len(path) > _DEEPEST:
            raise _too_deep(self._file, line)
        if word == "{":
            self._object(path)
        elif word == "[":
            self._list(path)

    def _object(self, path: Path_) -> None:
        for word, line in self._tokens:
            if word == "}":
                return
            if word == ",":
                continue
            inner = (*path, self._key(word, line))
            if inner in self.lines:
                raise said_twice(inner, Place(self._file, line), self.lines[inner])
            self.lines[inner] = line
            next(self._tokens)  # the colon
            self._value(inner, *next(self._tokens))

    def _list(self, path: Path_) -> None:
        number = 0
        for word, line in self._tokens:
            if word == "]":
                return
            if word != ",":
                self._value((*path, number), word, line)
                number += 1

    def _key(self, word: str, line: int) -> str:
        key: str = decode(word)
        if key.isprintable():
            return key
        raise BadInput(
            "a key has something unprintable in it",
            where=Place(self._file, line),
            remedy="write it in letters that can be seen",
        )


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Every word and its line."""
    line, at = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        yield found[0], line


def _broken(error: msgspec.DecodeError, text: str, file: str) -> BadInput:
    why = _BYTE.sub("", str(error)).removeprefix("JSON is malformed: ")
    return BadInput(
        f"{Path(file).name} is not valid JSON: {why[0].lower()}{why[1:]}",
        where=Place(file, _line(error, text)),
        remedy="JSON has no comments, and no comma before a bracket that closes; YAML has: "
        "write that into a file named .yaml",
    )


def _line(error: msgspec.DecodeError, text: str) -> int:
    """Where it is said, that line; else that of a number which is none, else the last."""
    if at := _BYTE.search(str(error)):
        return text.encode()[: int(at[1])].count(b"\n") + 1
    numbers = ((word, line) for word, line in _tokens(text) if _NUMBER.match(word))
    wrong = (line for word, line in numbers if not _decodes(word))
    return next(wrong, text.rstrip().count("\n") + 1)


def _decodes(word: str) -> bool:
    try:
        decode(word)
    except msgspec.DecodeError:
        return False
    return True


def _too_deep(file: str, line: int | None) -> BadInput:
    return BadInput(
        f"{Path(file).name} is nested too deeply",
        where=Place(file, line),
        remedy=f"at most {_DEEPEST} levels are read",
    )
