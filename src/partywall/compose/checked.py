"""Fits a file's content into its shape, with errors that say what is allowed and where."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from partywall.compose.yamlfile import Document, Path_
from partywall.model.errors import BadInput
from partywall.system.decoding import convert

T = TypeVar("T", bound=msgspec.Struct)

_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "object": "a mapping (`key: value`)",
    "array": "a list",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy for an unknown word."""
    names = sorted(known)
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known here: {', '.join(names)}"


def shown(path: Path_) -> str:
    """`environments.dev.domain`."""
    return ".".join(map(str, path))


def fit(document: Document, data: object, shape: type[T], path: Path_ = ()) -> T:
    """The data as its shape, every level of it.

    Raises:
        BadInput: for a key that is unknown or a value that does not fit.
    """
    value = {} if data is None else data
    if not isinstance(value, dict):
        raise BadInput(
            f"{_subject(path)} must be a mapping (`key: value`), not {_kind(value)}",
            where=document.place(path),
            remedy=f"known here: {', '.join(sorted(shape.__struct_fields__))}",
        )
    hints = _hints(shape)
    for key, inner in value.items():
        _check(document, (*path, key), inner, (shape, hints))
    needed = [field.name for field in msgspec.structs.fields(shape) if field.required]
    missing = [f"`{name}`" for name in needed if name not in value]
    if missing:
        raise BadInput(
            f"{_subject(path)} lacks {', '.join(missing)}",
            where=document.place(path),
            remedy=f"needed here: {', '.join(needed)}",
        )
    try:
        return convert(value, shape)
    except msgspec.ValidationError as error:
        raise _unfit(document, error, shape, path) from error


def _check(
    document: Document, path: Path_, inner: object, known: tuple[type, dict[str, Any]]
) -> None:
    shape, hints = known
    key = str(path[-1])
    if key not in hints:
        raise BadInput(
            f"unknown key `{key}`{f' in `{shown(path[:-1])}`' if path[:-1] else ''}",
            where=document.place(path),
            remedy=nearest(key, hints),
        )
    single, many = _inner(hints[key])
    if single is not None and inner is not None:
        fit(document, inner, single, path)
    if many is not None and isinstance(inner, dict):
        for name, one in inner.items():
            fit(document, one, many, (*path, name))
    elif single is None and many is None and inner is not None:
        _fit_value(document, path, inner, msgspec.defstruct(shape.__name__, [(key, hints[key])]))


def _fit_value(document: Document, path: Path_, inner: object, alone: type[msgspec.Struct]) -> None:
    """One key by itself, so that the error is known to be its own."""
    try:
        convert({path[-1]: inner}, alone)
    except msgspec.ValidationError as error:
        raise _unfit(document, error, alone, path[:-1]) from error


def _hints(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(shape, include_extras=True)


def _parts(hint: object) -> list[Any]:
    """The members of a union, annotations taken off."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return _parts(typing.get_args(hint)[0])
    if origin in (typing.Union, types.UnionType):
        return [part for member in typing.get_args(hint) for part in _parts(member)]
    return [hint]


def _inner(hint: object) -> tuple[type[msgspec.Struct] | None, type[msgspec.Struct] | None]:
    """The struct a key holds, and the struct that each entry of a mapping holds."""
    single = many = None
    for part in _parts(hint):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            single = part
        elif typing.get_origin(part) is dict:
            many = _inner(typing.get_args(part)[1])[0]
    return single, many


def _allowed(hint: object) -> str:
    """In words, what may stand there."""
    words = []
    for part in _parts(hint):
        if known := _words_of(part):
            words += [f"`{value}`" for value in known]
        elif typing.get_origin(part) is list:
            words.append("a list")
        elif typing.get_origin(part) is dict:
            words.append("a mapping (`key: value`)")
        elif isinstance(part, type) and part is not type(None):
            words.append(_WORDS.get(part.__name__, "a mapping (`key: value`)"))
    return ", ".join(words[:-1]) + (" or " if len(words) > 1 else "") + words[-1]


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    names = {"dict": "object", "list": "array"}
    name = type(value).__name__
    return _WORDS.get(names.get(name, name), name)


def _subject(path: Path_) -> str:
    return f"`{shown(path)}`" if path else "the file"


def _unfit(
    document: Document, error: msgspec.ValidationError, shape: type, path: Path_
) -> BadInput:
    """Only the path is taken from msgspec's words; what is allowed comes from the shape."""
    found = re.search(r"at `\$([^`]*)`$", str(error))
    steps: list[str | int] = []
    for name, number in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", found[1] if found else ""):
        steps.append(int(number) if number else name)
    full = (*path, *steps)
    hint = _hints(shape).get(str(steps[0])) if steps else None
    reason = str(error).partition(" - at ")[0]
    detail = f" ({reason.lower()})" if reason.startswith("Expected `int` ") else ""
    return BadInput(
        f"{_subject(full)} has a value that does not fit{detail}",
        where=document.place(full),
        remedy=_meant(document, full, hint) if hint is not None else "look at the schema",
    )


def _meant(document: Document, path: Path_, hint: object) -> str:
    """What may stand there, the word that is like the given one first."""
    allowed = f"allowed: {_allowed(hint)}"
    known = [word for part in _parts(hint) for word in _words_of(part)]
    said = document.data
    for step in path:
        said = said[step] if isinstance(said, dict) and step in said else None
    close = difflib.get_close_matches(str(said).lower(), known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`? {allowed}" if close and isinstance(said, str) else allowed


def _words_of(part: Any) -> list[str]:  # noqa: ANN401  (any member of a union)
    """The words of which one may stand there; empty where it is no question of words."""
    if typing.get_origin(part) is typing.Literal:
        return [str(value) for value in typing.get_args(part)]
    return list(part) if isinstance(part, type) and issubclass(part, StrEnum) else []
