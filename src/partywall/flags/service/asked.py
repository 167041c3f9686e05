"""Understands the body of a request: whom a flag is asked for, and what became of whom."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from openfeature.evaluation_context import EvaluationContext

from .flagset import SaysNothing

USER = "targetingKey"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def document(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; none is an empty one, as flagd has it.

    Raises:
        SaysNothing: when it is not JSON, or no object.
    """
    if not body.strip():
        return {}
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise SaysNothing("PARSE_ERROR", "the body is not JSON") from error
    if not isinstance(found, dict):
        raise SaysNothing("INVALID_CONTEXT", "the body is not an object")
    return found


def context(asked: Mapping[str, Any]) -> EvaluationContext:
    """The context that a body names; without one, nothing is known of anybody.

    Raises:
        SaysNothing: when it is no object, or its targeting key is no text.
    """
    given = asked.get("context", {})
    if not isinstance(given, dict):
        raise SaysNothing("INVALID_CONTEXT", "the context is not an object")
    attributes = {**given}
    user = attributes.pop(USER, None)
    if not isinstance(user, str | None):
        raise SaysNothing("INVALID_CONTEXT", f"{USER} is not a text")
    return EvaluationContext(user, attributes)


def outcome(asked: Mapping[str, Any]) -> tuple[str, str, EvaluationContext]:
    """A flag, the name of an outcome, and whose it is.

    Raises:
        SaysNothing: when one of them is missing or wrong.
    """
    flag, name = asked.get("flag"), asked.get("outcome")
    if not isinstance(flag, str):
        raise SaysNothing("GENERAL", "no flag is named")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SaysNothing("GENERAL", f"the outcome's name is not {_NAME.pattern}")
    whose = context(asked)
    if not whose.targeting_key:
        raise SaysNothing("TARGETING_KEY_MISSING", "an outcome is that of a user")
    return flag, name, whose


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
