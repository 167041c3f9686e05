"""Wall `session`: a session of one environment in the other."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.proof.case import Case
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
            yield _carried(case, keeper)
        except (CouldNotTry, NoAnswer) as reason:
            yield case.attempt(Verdict.COULD_NOT_TRY, _tried(case), str(reason))


def _tried(case: Case) -> str:
    return f"use a session of {case.own.environment} in {case.other.environment}"


def _carried(case: Case, keeper: Keeper) -> Attempt:
    """Send the cookie by hand, under the name that the other gives to its own, too."""
    theirs = next((one for one in case.other.keepers if one.service == keeper.service), None)
    if theirs is None:
        raise CouldNotTry(f"no service {keeper.service} of {case.other.environment} says `session`")
    mine, known = visitor(case, case.own, keeper), visitor(case, case.other, theirs)
    names = dict.fromkeys((mine.name, known.name))
    pages = [visit(case, case.other, theirs, f"{name}={mine.value}") for name in names]
    return _judged(case, pages, f"{_browser(case, keeper, theirs, mine)} (at home: {mine.shown})")


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
    if route(case.own, own).host == route(case.other, other).host:
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
