"""Rules of who gets a variant, as the command line says them, as JsonLogic; pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

import msgspec

from partywall.flags import targeting
from partywall.model.errors import BadInput
from partywall.system.decoding import decode

_KEY = "targetingKey"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_COMPARISONS = {
    "is": "==",
    "is-not": "!=",
    "starts-with": "starts_with",
    "ends-with": "ends_with",
    "above": ">",
    "below": "<",
}
_VERSIONS = {"version-at-least": ">=", "version-below": "<", "version-is": "="}
EXAMPLES = (
    "`email ends-with @example.org`, `plan in pro,team`, `age above 17`, "
    "`appVersion version-at-least 2.4`"
)


def users(said: str) -> tuple[dict[str, Any], str]:
    """The users with these keys, and the same in words.

    Raises:
        BadInput: when it names none.
    """
    names = [name.strip() for name in said.split(",") if name.strip()]
    if not names:
        raise BadInput("`--users` names nobody", remedy="write for example --users anna,ben")
    return {"in": [{"var": _KEY}, names]}, f"users {', '.join(names)}"


def condition(said: str) -> tuple[dict[str, Any], str]:
    """A condition of the form `attribute comparison value`, and the same in words.

    Raises:
        BadInput: when it is of another form.
    """
    try:
        words = shlex.split(said)
    except ValueError:
        words = []
    if len(words) != 3 or not _NAME.fullmatch(words[0]):
        raise BadInput(f"`--when {said}` is no condition", remedy=f"write for example {EXAMPLES}")
    name, how, value = words
    var = {"var": name}
    if how == "in":
        return _among(name, value)
    if how in _VERSIONS:
        return {"sem_ver": [var, _VERSIONS[how], value]}, f"{name} {how} {value}"
    if how not in _COMPARISONS:
        known = ", ".join(["in", *_COMPARISONS, *_VERSIONS])
        raise BadInput(f"`{how}` is no comparison", remedy=f"known: {known}")
    operator = _COMPARISONS[how]
    right = _plain(value) if operator in ("==", "!=", ">", "<") else value
    return {operator: [var, right]}, f"{name} {how} {value}"


def _among(name: str, said: str) -> tuple[dict[str, Any], str]:
    """Being one of several: the number 17 is not the text "17", so what may be either is both."""
    parts = [one.strip() for one in said.split(",") if one.strip()]
    if not parts:
        raise BadInput(f"`{name} in` names nothing", remedy="write for example `plan in pro,team`")
    values: list[Any] = []
    for one in parts:
        plain = _plain(one)
        values += [one] if plain == one else [one, plain]
    return {"in": [{"var": name}, values]}, f"{name} in {', '.join(parts)}"


def rule(said: str) -> tuple[dict[str, Any], str]:
    """A rule in JsonLogic as it is, and the same as its words.

    Raises:
        BadInput: when it is none.
    """
    try:
        found = decode(said)
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadInput(
            f"`--rule` is not JSON: {error}", remedy='write {"==": [{"var": "plan"}, "pro"]}'
        ) from error
    if not isinstance(found, Mapping) or not found:
        raise BadInput("`--rule` must be an object of JSON", remedy="see https://jsonlogic.com")
    if targeting.deeper(found):
        raise _too_deep()
    for _, why in targeting.trouble(found, {}):
        raise BadInput(f"`--rule`: {why}", remedy="see https://jsonlogic.com")
    return dict(found), said


def _too_deep() -> BadInput:
    return BadInput(
        f"`--rule` is nested more than {targeting.DEEPEST} deep",
        remedy="write it with fewer brackets inside each other",
    )


def _plain(value: str) -> Any:  # noqa: ANN401
    """A number or a truth value where it is one, else the text."""
    try:
        found = decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value
    return found if isinstance(found, int | float | bool) else value
