"""JSON and plain values into what they describe, from any thread.

msgspec learns a struct's fields when first asked for one, and shows them to other threads before
it has done: a thread that looks meanwhile reads through a null pointer, and the process is gone
without a word. Here only one thread at a time lets it learn. ruff bans msgspec's own ways in.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, TypeVar, overload

import msgspec
from msgspec.json import Decoder  # noqa: TID251

T = TypeVar("T")

_learning = threading.Lock()


@overload
def decode(data: bytes | str, shape: type[T]) -> T: ...
@overload
def decode(data: bytes | str, shape: Any = Any) -> Any: ...  # noqa: ANN401
def decode(data: bytes | str, shape: Any = Any) -> Any:
    """What a JSON text says.

    Args:
        data: the text.
        shape: the type it must have: a struct, a union, a collection; without one, anything goes.

    Raises:
        msgspec.DecodeError: when it is not JSON.
        msgspec.ValidationError: when it is not of that type.
        UnicodeDecodeError: when it is not UTF-8.
    """
    return _decoder(shape).decode(data)


def convert(value: object, shape: type[T]) -> T:
    """A plain value (of `dict`, `list`, `str` …) as a type.

    Raises:
        msgspec.ValidationError: when it is not of that type.
    """
    with _learning:
        return msgspec.convert(value, shape)  # noqa: TID251


@cache
def _decoder(shape: Any) -> Decoder[Any]:  # noqa: ANN401
    with _learning:
        return Decoder(shape)
