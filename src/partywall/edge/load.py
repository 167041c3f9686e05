"""A change of fragments, brought into force whole or not at all."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from partywall.edge import fragments
from partywall.edge.admin import ask, running_configuration, words
from partywall.edge.caddy import assemble
from partywall.edge.fragment import Fragment
from partywall.edge.fragments import Fragments
from partywall.edge.home import EdgeHome
from partywall.edge.validation import refuse_taken_ports, validate
from partywall.model.errors import MachineFailed
from partywall.system.files import read_bytes, write_atomically


def change_fragment(
    home: EdgeHome, project: str, environment: str, change: Callable[[Fragment], Fragment]
) -> bool:
    """Read one environment's fragment, change it and bring it into force, alone under the lock.

    A fragment without routes is removed. Returns whether anything was different.

    Raises:
        BadInput: when a route cannot be served.
        Refused: when it claims what another environment has; the former state stays.
        MachineFailed: when Caddy refuses; the former state stays.
    """
    empty = Fragment(project=project, environment=environment)
    with home.locked():
        before = fragments.stored(home)
        changed = change(before.get(empty.name, empty))
        rest = {name: one for name, one in before.items() if name != empty.name}
        after = rest | ({changed.name: changed} if changed.routes else {})
        return _install(home, before, after)


def set_fragment(home: EdgeHome, fragment: Fragment) -> bool:
    """Put a whole fragment in place of the former one; raises as `change_fragment` does."""
    return change_fragment(home, fragment.project, fragment.environment, lambda _: fragment)


def remove_fragment(home: EdgeHome, project: str, environment: str) -> bool:
    """Take all routes of an environment away; raises as `change_fragment` does."""
    empty = Fragment(project=project, environment=environment)
    return set_fragment(home, empty)


def reload(home: EdgeHome) -> bool:
    """Bring what is stored into force again: at the first start, or with other settings.

    Raises as `change_fragment` does.
    """
    with home.locked():
        before = fragments.stored(home)
        return _install(home, before, before)


def _install(home: EdgeHome, before: Fragments, after: Fragments) -> bool:
    former = read_bytes(home.config)
    text = assemble(home.settings, after.values())
    if text != former:
        refuse_taken_ports(text, *_known(home, former))
        validate(home, after.values())
    # A fragment never knows less than Caddy: what is removed is forgotten last.
    fragments.write(home, {**before, **after})
    try:
        if text != former:
            write_atomically(home.config, text)
        loaded = _post(home, text)
    except MachineFailed:
        _put_back(home, former, before)
        raise
    fragments.write(home, after)
    fragments.write_in_force(home, after)
    return loaded or text != former


def _known(home: EdgeHome, former: bytes | None) -> Iterable[Any]:
    """The configurations whose ports are the edge's own already."""
    try:
        written = msgspec.json.decode(former or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):  # damaged: it is about to be replaced
        written = {}
    return written, running_configuration(home.settings.socket) or {}


def _post(home: EdgeHome, text: bytes) -> bool:
    """Whether Caddy had to be told; a Caddy that is not running starts from the file."""
    running = running_configuration(home.settings.socket)
    if running is None or running == msgspec.json.decode(text):
        return False
    answer = ask(home.settings.socket, "POST", "/load", text)
    if answer is None:
        return False
    status, body = answer
    if status != http.client.OK:
        raise MachineFailed(
            f"the edge refuses the configuration: {words(body)}",
            remedy="the former one is still in force; correct what is named and try again",
        )
    return True


def _put_back(home: EdgeHome, former: bytes | None, before: Fragments) -> None:
    if former is None:
        home.config.unlink(missing_ok=True)
    else:
        write_atomically(home.config, former)
    fragments.write(home, before)
