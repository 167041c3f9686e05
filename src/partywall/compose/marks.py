"""What `x-partywall` says about a service, in its Compose file."""

from __future__ import annotations

from typing import Any

from partywall.compose.checked import nearest
from partywall.compose.place import Sources
from partywall.compose.service import words
from partywall.compose.settings import ServiceSettings, is_path, is_route
from partywall.model.app import Role, Visit
from partywall.model.errors import BadInput

KEY = "x-partywall"
_KNOWN = ("run", "route", "role", "port", "session")
_VISIT = ("open", "close", "path")


def marks(name: str, said: Any, near: Sources) -> ServiceSettings:  # noqa: ANN401
    """The marks of one service.

    Raises:
        BadInput: for a key that is unknown or a value that does not fit.
    """
    if said is None:
        return ServiceSettings()
    _check_keys(name, said, near)
    return ServiceSettings(
        run=_command(name, ("run",), said.get("run"), near),
        route=_route(name, said.get("route"), near),
        role=_role(name, said.get("role"), near),
        port=_port(name, said.get("port"), near),
        session=_session(name, said.get("session"), near),
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
        session=high.session or low.session,
        memory_bytes=high.memory_bytes,
    )


def _bad(name: str, near: Sources, keys: tuple[str, ...], what: str, remedy: str) -> BadInput:
    return BadInput(
        f"service {name}, {KEY}: {what}", where=near.service(name, KEY, *keys), remedy=remedy
    )


def _check_keys(name: str, said: Any, near: Sources, inner: str = "") -> None:  # noqa: ANN401
    """See that it is a mapping with known keys; `inner` is the mark it belongs to."""
    known, above = (_VISIT, (inner,)) if inner else (_KNOWN, ())
    if not isinstance(said, dict):
        what = f"`{inner or KEY}` must be a mapping"
        raise _bad(name, near, above, what, f"known: {', '.join(known)}")
    for key in said:
        if key not in known:
            what = f"unknown key `{key}`{f' in `{inner}`' if inner else ''}"
            raise _bad(name, near, (*above, str(key)), what, nearest(str(key), known))


def _command(
    name: str,
    keys: tuple[str, ...],
    said: Any,  # noqa: ANN401
    near: Sources,
) -> tuple[str, ...] | None:
    if said is None:
        return None
    label = ".".join(keys)
    try:
        made = words(said) if isinstance(said, str | list) else ()
    except ValueError as error:
        what = f"`{label}` is no command: {str(error).lower()}"
        raise _bad(name, near, keys, what, "close every quote") from error
    if not made or any("\0" in word for word in made):
        remedy = "write one, as text or as a list: [program, argument]"
        raise _bad(name, near, keys, f"`{label}` is no command", remedy)
    return made


def _session(name: str, said: Any, near: Sources) -> Visit | None:  # noqa: ANN401
    if said is None:
        return None
    _check_keys(name, said, near, "session")
    path = said.get("path")
    if path is not None and (not isinstance(path, str) or not is_path(path)):
        remedy = "a path that asks for a session: /api/account"
        raise _bad(name, near, ("session", "path"), "`session.path` is no path", remedy)
    opens = _command(name, ("session", "open"), said.get("open"), near)
    closes = _command(name, ("session", "close"), said.get("close"), near)
    if opens is None or closes is None or path is None:
        missing = ", ".join(f"`{key}`" for key in _VISIT if said.get(key) is None)
        what = f"`session` lacks {missing}"
        raise _bad(name, near, ("session",), what, "write all of open, close and path")
    return Visit(open=opens, close=closes, path=path)


def _route(name: str, said: Any, near: Sources) -> str | None:  # noqa: ANN401
    if said is None:
        return None
    if not isinstance(said, str) or not is_route(said):
        raise _bad(
            name, near, ("route",), "`route` is no route", "a path (/api) or a host label (vault)"
        )
    return said


def _role(name: str, said: Any, near: Sources) -> Role | None:  # noqa: ANN401
    if said is None:
        return None
    roles = {role.value: role for role in Role if role is not Role.FLAGS}  # which only we make
    if found := roles.get(str(said)):
        return found
    raise _bad(name, near, ("role",), "`role` is no role", nearest(str(said), list(roles)))


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
        raise _bad(name, near, ("port",), "`port` is no port", "a whole number from 1 to 65535")
    return int(text)
