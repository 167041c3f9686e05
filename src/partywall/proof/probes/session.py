"""Wall `session`: a session of one environment in the other."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.proof.case import Case
from partywall.proof.cookies import outside
from partywall.proof.edge import NoAnswer, Page
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Keeper
from partywall.proof.visitor import Visitor, lets_in, refuses, route, visit, visitor


def across(case: Case) -> Iterable[Attempt]:
    """Log in at home, where it has to work, and show the cookie to the other environment."""
    if case.own.route() is None or case.other.route() is None:
        return
    if not case.own.keepers:
        raise CouldNotTry(
            f"no service of {case.own.environment} says how: write `session: {{open: …, close: …, "
            "path: …}` under `x-partywall` at the one that knows sessions"
        )
    for keeper in case.own.keepers:
        try:
            yield from _carried(case, keeper)
        except (CouldNotTry, NoAnswer) as reason:
            yield case.attempt(Verdict.COULD_NOT_TRY, _tried(case), str(reason))


def _tried(case: Case) -> str:
    return f"use a session of {case.own.environment} in {case.other.environment}"


def _carried(case: Case, keeper: Keeper) -> Iterable[Attempt]:
    """Send the cookie by hand, under the name that the other gives to its own, too."""
    theirs = next((one for one in case.other.keepers if one.service == keeper.service), None)
    if theirs is None:
        raise CouldNotTry(f"no service {keeper.service} of {case.other.environment} says `session`")
    mine, known = visitor(case, case.own, keeper), visitor(case, case.other, theirs)
    home, there = route(case.own, keeper).cookies, route(case.other, theirs).cookies
    carried = outside(home, mine.name)
    names = dict.fromkeys((carried, outside(there, mine.name), outside(there, known.name)))
    pages = [visit(case, case.other, theirs, f"{name}={mine.value}") for name in names]
    yield _judged(case, pages, f"{_browser(case, keeper, theirs, mine)} (at home: {mine.shown})")
    if home is not None and there is not None:
        yield _kept_from(case, theirs, known, outside(home, known.name))


def _kept_from(case: Case, theirs: Keeper, known: Visitor, name: str) -> Attempt:
    """What the other knows as its own is nothing to it under the name that mine would come by."""
    own, other = case.own.environment, case.other.environment
    tried = f"have {other}'s app read a cookie that a browser has from {own}, {name}"
    page = visit(case, case.other, theirs, f"{name}={known.value}")
    words = f"a session of {other} under that name: {page} (under its own: {known.shown})"
    if not (lets_in(page) or refuses(page)):
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    return case.judged(lets_in(page), tried, words)


def _judged(case: Case, pages: list[Page], shown: str) -> Attempt:
    inside = next((page for page in pages if lets_in(page)), None)
    if inside is not None:
        words = f"{inside}: it is let in; {shown}"
        return case.attempt(Verdict.CROSSED, _tried(case), words)
    odd = next((page for page in pages if not refuses(page)), None)
    verdict = Verdict.HELD if odd is None else Verdict.COULD_NOT_TRY
    return case.attempt(verdict, _tried(case), f"{odd or pages[0]}, sent by hand; {shown}")


def _browser(case: Case, own: Keeper, other: Keeper, mine: Visitor) -> str:
    """Whether a browser would send it of itself, as far as the name of the cookie tells."""
    home = route(case.own, own)
    if home.host == route(case.other, other).host and home.cookies is not None:
        return "a browser sends it too, marked as its environment's, and the edge drops those"
    if home.host == route(case.other, other).host:
        return "a browser sends it too: one host name for both"
    # RFC 6265bis, section 4.1.3.2: such a cookie has no Domain.
    if mine.name.startswith("__Host-"):
        return "a browser keeps it for its own host (__Host-)"
    return "a browser sends it only if its Domain covers both"


PROBE = Probe(
    name="session",
    shows="who is logged in to one environment is a stranger to the other",
    across=across,
)
