"""What `x-partywall` says about a service, in its Compose file."""

from __future__ import annotations

from typing import Any

from partywall.compose.checked import nearest
from partywall.compose.place import Sources
from partywall.compose.service import words
from partywall.compose.settings import ServiceSettings, is_route
from partywall.model.app import Role
from partywall.model.errors import BadInput

KEY = "x-partywall"
_KNOWN = ("run", "route", "role", "port")


def marks(name: str, said: Any, near: Sources) -> ServiceSettings:  # noqa: ANN401
    """The marks of one service.

    Raises:
        BadInput: for a key that is unknown or a value that does not fit.
    """
    if said is None:
        return ServiceSettings()
    if not isinstance(said, dict):
        raise _bad(name, near, "", f"`{KEY}` must be a mapping", f"known: {', '.join(_KNOWN)}")
    for key in said:
        if key not in _KNOWN:
            raise _bad(name, near, str(key), f"unknown key `{key}`", nearest(str(key), _KNOWN))
    return ServiceSettings(
        run=_run(name, said.get("run"), near),
        route=_route(name, said.get("route"), near),
        role=_role(name, said.get("role"), near),
        port=_port(name, said.get("port"), near),
    )


def over(low: ServiceSettings, high: ServiceSettings | None) -> ServiceSettings:
    """Both together; partywall.yaml (`high`) wins over the Compose file."""
    if high is None:
        return low
    return ServiceSettings(
        role=high.role or low.role,
        run=high.run or low.run,
        route=high.route or low.route,
        port=high.port or low.port,
        memory_bytes=high.memory_bytes,
    )


def _bad(name: str, near: Sources, key: str, what: str, remedy: str) -> BadInput:
    keys = (KEY, key) if key else (KEY,)
    return BadInput(
        f"service {name}, {KEY}: {what}", where=near.service(name, *keys), remedy=remedy
    )


def _run(name: str, said: Any, near: Sources) -> tuple[str, ...] | None:  # noqa: ANN401
    if said is None:
        return None
    try:
        made = words(said)
    except ValueError as error:
        raise _bad(
            name, near, "run", f"`run` is no command: {str(error).lower()}", "close every quote"
        ) from error
    if not made:
        raise _bad(
            name,
            near,
            "run",
            "`run` is no command",
            "write one, as text or as a list: [program, argument]",
        )
    return made


def _route(name: str, said: Any, near: Sources) -> str | None:  # noqa: ANN401
    if said is None:
        return None
    if not isinstance(said, str) or not is_route(said):
        raise _bad(
            name, near, "route", "`route` is no route", "a path (/api) or a host label (vault)"
        )
    return said


def _role(name: str, said: Any, near: Sources) -> Role | None:  # noqa: ANN401
    if said is None:
        return None
    try:
        return Role(said)
    except ValueError as error:
        raise _bad(
            name,
            near,
            "role",
            "`role` is no role",
            nearest(str(said), [role.value for role in Role]),
        ) from error


def _port(name: str, said: Any, near: Sources) -> int | None:  # noqa: ANN401
    if said is None:
        return None
    text = str(said)
    if (
        isinstance(said, bool)
        or not text.isascii()
        or not text.isdigit()
        or not 0 < int(text) < 65536
    ):
        raise _bad(name, near, "port", "`port` is no port", "a whole number from 1 to 65535")
    return int(text)
