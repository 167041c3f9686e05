"""A visitor with a session of their own, made for the proof and removed when it is over."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

import msgspec

from partywall.interfaces import Completed
from partywall.model.errors import MachineFailed, PartywallError
from partywall.model.world import Route
from partywall.proof.case import Case
from partywall.proof.cookies import outside
from partywall.proof.doors import call, credentials
from partywall.proof.edge import NoAnswer, Page
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Keeper, Target

_SECONDS = 6.0
"""What `open` and `close` may take."""
_COOKIE = re.compile(
    r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?P<value>\"?[!#-+\--:<-\[\]-~]*\"?)", re.ASCII
)
"""RFC 6265, section 4.1.1; nothing in it could begin another header."""
_NOT_ASKED = frozenset({408, 425, 429})
"""4xx that say something about the moment, not about the session."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom one environment knows."""

    name: str
    """The cookie's name."""
    value: str
    shown: str
    """What the environment itself answers with the cookie and without."""

    def __repr__(self) -> str:
        return f"Visitor({self.name!r}, ****)"


def visitor(case: Case, where: Target, keeper: Keeper) -> Visitor:
    """A visitor whom an environment lets in itself; the same one for a whole proof.

    Raises:
        CouldNotTry: when none can be made, or the path does not ask for a session.
    """
    return case.run.once(f"visitor/{keeper.key}", lambda: _known(case, where, keeper))


def visit(case: Case, where: Target, keeper: Keeper, cookie: str = "") -> Page:
    """GET the path that asks for a session, with the edge's password and with this cookie.

    The cookie is named as browsers name it.
    """
    way = route(where, keeper)
    sent = {"Cookie": cookie} if cookie else {}
    headers = {**credentials(case, where, way), **sent}
    return call(case, where, way, keeper.visit.path, headers)


def route(where: Target, keeper: Keeper) -> Route:
    """The address under which a service answers: its own, or that of the first page.

    Raises:
        CouldNotTry: when there is neither.
    """
    own = (one for one in where.routes if one.instance == keeper.key)
    found = next(own, None) or where.route()
    if found is None:
        raise CouldNotTry(f"{where.environment} has no address at the edge")
    return found


def lets_in(page: Page) -> bool:
    """Whether the answer is one for somebody who is known."""
    return 200 <= page.status < 300


def refuses(page: Page) -> bool:
    """Whether the answer is one for somebody who is not known."""
    return 400 <= page.status < 500 and page.status not in _NOT_ASKED


def _known(case: Case, where: Target, keeper: Keeper) -> Visitor:
    path, home = keeper.visit.path, where.environment
    without = visit(case, where, keeper)
    if not refuses(without):
        raise CouldNotTry(f"{path} asks for no session in {home}: {without} without one")
    name, value = _opened(case, where, keeper)
    inside = visit(case, where, keeper, f"{outside(route(where, keeper).cookies, name)}={value}")
    if not lets_in(inside):
        raise CouldNotTry(f"a session of {home} does not work there itself: {path} says {inside}")
    return Visitor(name=name, value=value, shown=f"{inside} with it, {without} without")


def _opened(case: Case, where: Target, keeper: Keeper) -> tuple[str, str]:
    """The name and the value of a new visitor's cookie; whatever was made is removed later."""
    done = _beside(case, where, keeper, keeper.visit.open)
    line = done.out.strip()
    if line:
        case.run.later(lambda: _close(case, where, keeper, line))
    match = _COOKIE.fullmatch(line)
    if done.code:
        words = _last_words(case, where, done, match["value"] if match else line)
        raise CouldNotTry(f"`open` beside {keeper.key} ended with {words}")
    if match is None:
        raise CouldNotTry(f"`open` beside {keeper.key} does not print one line, name=value")
    return match["name"], match["value"]


def _beside(
    case: Case, where: Target, keeper: Keeper, command: Sequence[str], text: str = ""
) -> Completed:
    """Run `open`, while there is time, or `close`, which gets the cookie as `text`."""
    case.refuse_attached(where)
    closing = bool(text)
    seconds = _SECONDS if closing else min(case.run.left(), _SECONDS)
    if seconds <= 0:
        raise CouldNotTry("no time was left for this attempt")
    case.run.count(where.environment)
    try:
        return case.premises.reach.run_beside(keeper.key, command, text=text, seconds=seconds)
    except PartywallError as error:
        what = error.what
        if isinstance(error, MachineFailed) and not closing:
            case.run.later(lambda: _perhaps_left(keeper, what))
        raise CouldNotTry(f"{'close' if closing else 'open'} beside {keeper.key}: {what}") from None


def _perhaps_left(keeper: Keeper, reason: str) -> None:
    raise CouldNotTry(f"a visitor of {keeper.key}, if `open` made one before it failed: {reason}")


def _close(case: Case, where: Target, keeper: Keeper, line: str) -> None:
    done = _beside(case, where, keeper, keeper.visit.close, f"{line}\n")
    if done.code:
        words = _last_words(case, where, done, line)
        raise CouldNotTry(f"a visitor of {keeper.key}: `close` ended with {words}")
    # Where nothing answers any more, nothing can be said; the visitor is gone all the same.
    with contextlib.suppress(NoAnswer):
        match = _COOKIE.fullmatch(line)
        sent = outside(route(where, keeper).cookies, line)
        if match and lets_in(visit(case, where, keeper, sent)):
            raise CouldNotTry(f"a session of {keeper.key}: it is let in after `close`")


def _last_words(case: Case, where: Target, done: Completed, cookie: str) -> str:
    """The exit code and the last line of what it complained, with every secret struck out."""
    known = [cookie, *cookie.split("=", 1)[1:]]
    for ref in where.secrets:
        with contextlib.suppress(PartywallError):
            known.append(case.value(where.environment, ref).reveal())
    said = done.err.strip()
    for secret in sorted(filter(None, known), key=len, reverse=True):
        said = said.replace(secret, "****")
    last = said.splitlines()[-1][:160] if said else "no word"
    return f"exit code {done.code}: {last}"
