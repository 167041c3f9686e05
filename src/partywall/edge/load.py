"""A change of fragments, brought into force whole or not at all."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from partywall.edge import fragments, sides
from partywall.edge.admin import ask, running_configuration, words
from partywall.edge.caddy import assemble, configuration, text_of
from partywall.edge.drain import settle
from partywall.edge.fragment import Fragment
from partywall.edge.fragments import Fragments
from partywall.edge.front import front, listened
from partywall.edge.home import EdgeHome
from partywall.edge.settings import EdgeSettings
from partywall.edge.validation import refuse_taken_ports, validate
from partywall.model.errors import MachineFailed
from partywall.system.decoding import decode
from partywall.system.files import read_bytes, write_atomically

Texts = Mapping[str, bytes | None]
"""The configuration file of each part."""


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
    sides.prepare(home)
    texts = configurations(home, after)
    former = {part: read_bytes(home.config(part)) for part in texts}
    if texts != former:
        _check(home, texts, former, after)
    # A fragment never knows less than Caddy: what is removed is forgotten last.
    fragments.write(home, {**before, **after})
    try:
        loaded = _bring_into_force(home, texts, former)
    except MachineFailed:
        _write(home, former, texts)
        fragments.write(home, before)
        raise
    fragments.write(home, after)
    fragments.write_in_force(home, after)
    return loaded or texts != former


def configurations(home: EdgeHome, after: Fragments) -> dict[str, bytes]:
    """What each part starts from, for these fragments.

    Raises:
        BadInput: when a route or the settings cannot be served.
        Refused: when two environments claim the same host and port.
    """
    settings = _keeping(home, after)
    made = {side: assemble(settings, after.values(), side) for side in sides.SIDES}
    return {**made, sides.FRONT: text_of(front(settings, ()))}


def further_ports(home: EdgeHome) -> frozenset[int] | None:
    """The ports that the running front has beside its customary ones; None when none runs."""
    config = _running(home, sides.FRONT)
    if config is None:
        return None
    http = config.get("apps", {}).get("http", {})
    known = {int(address.rpartition(":")[2]) for address in listened(config)}
    return frozenset(known - {http.get("http_port"), http.get("https_port")})


def _keeping(home: EdgeHome, after: Fragments) -> EdgeSettings:
    """The settings with every port that is needed or that the front has, and no new one beside.

    A load of the front may fail a request on another port. So it takes those of the settings when
    it starts, also where no route is there yet, and gives none up: what nobody needs any more
    answers 404 until then.
    """
    settings = home.settings
    there = further_ports(home)
    further = {*_ports(after), *(settings.ports if there is None else there)}
    return msgspec.structs.replace(settings, ports=tuple(sorted(further - {settings.main_port})))


def _ports(after: Fragments) -> set[int]:
    return {one.thing.port for each in after.values() for one in each.routes if one.thing.port}


def _check(home: EdgeHome, texts: Mapping[str, bytes], former: Texts, after: Fragments) -> None:
    """Ask Caddy about what is new, before anything is written.

    A side that runs and that nobody asks need not be asked beforehand: it takes a configuration
    whole or not at all.
    """
    if texts[sides.FRONT] != former[sides.FRONT]:
        refuse_taken_ports(texts[sides.FRONT], *_known(home, former[sides.FRONT]))
        ports = _keeping(home, after).ports
        validate(home, lambda settings: front(settings, ports))
    side = sides.idle(home)
    if _running(home, side) is None:
        validate(home, lambda settings: configuration(settings, after.values(), side))


def _known(home: EdgeHome, former: bytes | None) -> Iterable[Any]:
    """The configurations whose ports are the edge's own already."""
    try:
        written = decode(former or b"{}", dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):  # damaged: it is about to be replaced
        written = {}
    return written, _running(home, sides.FRONT) or {}


def _bring_into_force(home: EdgeHome, texts: Texts, former: Texts) -> bool:
    """Write and load what differs; whether a running Caddy had to be told.

    The front comes first: it alone can still find a port taken. Then the side that nobody asks is
    told; the files are written before that one takes over, so that a restart never forgets. Where
    only the present side runs, it is told instead: that drops what it has not read yet.
    """
    told = _post(home, sides.FRONT, texts)
    present, other = sides.active(home), sides.idle(home)
    if _running(home, present) == _meant(texts, present):
        _write(home, texts, former)
        return told
    if _running(home, other) is None:
        _write(home, texts, former)
        return _post(home, present, texts) or told
    settle(home)
    _post(home, other, texts)
    _write(home, texts, former)
    sides.take_over(home, other)
    return True


def _post(home: EdgeHome, part: str, texts: Texts) -> bool:
    """Tell a part that runs with something else; false when there was nothing to tell."""
    if _running(home, part) in (None, _meant(texts, part)):
        return False
    answer = ask(home.settings.admin(part), "POST", "/load", texts[part])
    if answer is None:
        return False
    status, body = answer
    if status != http.client.OK:
        raise MachineFailed(
            f"the edge refuses the configuration: {words(body)}",
            remedy="the former one is still in force; correct what is named and try again",
        )
    return True


def _running(home: EdgeHome, part: str) -> Any:  # noqa: ANN401  (any JSON)
    return running_configuration(home.settings.admin(part))


def _meant(texts: Texts, part: str) -> Any:  # noqa: ANN401  (any JSON)
    return decode(texts[part] or b"{}")


def _write(home: EdgeHome, texts: Texts, present: Texts) -> None:
    """Make the files hold these texts, touching only those that differ."""
    for part, text in texts.items():
        if text is None:
            home.config(part).unlink(missing_ok=True)
        elif text != present[part]:
            write_atomically(home.config(part), text)
