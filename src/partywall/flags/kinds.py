"""What values of flags are: one type for all variants of a flag."""

from __future__ import annotations

import math
from enum import StrEnum


class Kind(StrEnum):
    """The type of a flag's values."""

    BOOLEAN = "boolean"
    STRING = "string"
    NUMBER = "number"
    OBJECT = "object"
    NONE = "nothing"


def kind_of(value: object) -> Kind:
    """The type of a value."""
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, str):
        return Kind.STRING
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.OBJECT if isinstance(value, dict | list) else Kind.NONE


def fits(value: object) -> bool:
    """Whether a value is no number, or one that JSON and every evaluator can hold."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or value.bit_length() < 1024
