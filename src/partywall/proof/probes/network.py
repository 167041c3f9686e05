"""Wall `network`: the other's containers by name and by address, by TCP and by UDP.

A hole stays open, and what gets through one does so each time it is tried. An engine that makes a
network, of whichever project, takes its packet filter away for some milliseconds; what slips
through then is told, and is no hole.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from partywall.interfaces import Contact
from partywall.model.errors import PartywallError
from partywall.model.world import Instance
from partywall.proof.case import GOOD, Answer, Case
from partywall.proof.inside.answer import FAILED, Ask
from partywall.proof.logins import said
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Target

_UNWALLED = "there are no networks here: only passwords keep an environment out"
_LISTEN = 2.0
"""Seconds for which the other waits for datagrams."""
_SEND = 1.2
"""Seconds for which they are sent, unless one comes back."""
_FIRST, _RANGE, _TRIES = 20_000, 10_000, 3
"""Ports that are hardly ever in use; another one each time, and some in reserve."""
_LOOKS = 3
"""How often something has to get through to be called a hole."""
_PAUSE = 0.7
"""Seconds between two looks."""
_SLIPPED = "got through once, while the engine laid its packet filter anew, and not again"
_MOST = 16
"""Addresses that datagrams are sent to, at most."""


def across(case: Case) -> Iterable[Attempt]:
    """Every name and every address of the other's containers, and datagrams to them."""
    mine, theirs = _contacts(case, case.own), _contacts(case, case.other)
    if mine is None or theirs is None:
        tried = f"connect to {case.other.environment}'s servers"
        yield case.attempt(Verdict.SHARED, tried, _UNWALLED)
        return
    names, doors = _names(theirs), _doors(case, theirs)
    if not names and not doors:
        return
    shown = _home(case, mine)
    found = case.ask(case.own, *names, *doors, on=case.other)
    resolved, connected = found[: len(names)], found[len(names) :]
    yield from _looked_up(case, mine, list(zip(names, resolved, strict=True)), shown)
    if doors:
        tried = f"connect to {len(doors)} ports of {case.other.environment}'s containers"
        lasting, slipped = _lasting(case, doors, connected)
        more = f"{shown}; {slipped} {_SLIPPED}" if slipped else shown
        yield _judged(case, tried, lasting, more)
    known = {address for one in mine for address in one.addresses}
    addresses = sorted({address for one in theirs for address in one.addresses} - known)
    if addresses:
        yield _datagrams(case, addresses[:_MOST])


def _lasting(case: Case, doors: Sequence[Ask], first: Sequence[Answer]) -> tuple[list[Answer], int]:
    """What came of each door in the end, and how many were open only for a moment."""
    found = list(first)
    through = [number for number, answer in enumerate(found) if answer.outcome in GOOD]
    still = through
    for _ in range(_LOOKS - 1):
        if not still:
            break
        time.sleep(_PAUSE)
        try:
            again = case.ask(case.own, *(doors[number] for number in still), on=case.other)
        except (CouldNotTry, PartywallError):
            break  # what was seen stands
        for number, answer in zip(still, again, strict=True):
            found[number] = answer
        still = [number for number in still if found[number].outcome in GOOD]
    return found, len(through) - len(still)


def _looked_up(
    case: Case, mine: Sequence[Contact], found: Sequence[tuple[Ask, Answer]], shown: str
) -> Iterable[Attempt]:
    """Names of the other alone; and those of both, which may lead to either where both meet."""
    own = {name for one in mine for name in one.names}
    theirs = f"{case.other.environment}'s containers"
    alone = [answer for ask, answer in found if ask["name"] not in own]
    both = [(str(ask["name"]), answer) for ask, answer in found if ask["name"] in own]
    if alone:
        yield _judged(case, f"look up {len(alone)} names of {theirs}", alone, shown)
    if both:
        names = ", ".join(dict.fromkeys(name for name, _ in both))
        tried = f"be led to {theirs} by names that both have ({names})"
        yield _judged(case, tried, [answer for _, answer in both], shown)


def _datagrams(case: Case, addresses: Sequence[str]) -> Attempt:
    """What gets through has to do so each time; a look in which the wall held is enough."""
    tried = f"send datagrams (UDP) to {case.other.environment}'s containers"
    if case.other.environment in case.premises.attached:
        words = f"{case.other.environment} is attached: nobody listens for them inside it"
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    first = _exchanged(case, tried, addresses)
    if first.verdict is not Verdict.CROSSED:
        return first
    for _ in range(_LOOKS - 1):
        time.sleep(_PAUSE)
        try:
            again = _exchanged(case, tried, addresses)
        except (CouldNotTry, PartywallError):
            break  # what was seen stands
        if again.verdict is Verdict.HELD:
            words = f"{again.answer}; one {_SLIPPED}"
            return case.attempt(Verdict.HELD, tried, words)
    return first


def _exchanged(case: Case, tried: str, addresses: Sequence[str]) -> Attempt:
    """The other listens for datagrams at home, and has to hear its own."""
    first = _FIRST + int(case.run.nonce[:4], 16) % _RANGE
    word, ports = f"partywall-{case.run.nonce}", [first + number for number in range(_TRIES)]
    hear: Ask = {"do": "network.hear", "ports": ports, "word": word, "seconds": _LISTEN}
    send: Ask = {
        "do": "network.send", "ports": ports, "word": word, "seconds": _SEND,
        "addresses": list(addresses),
    }  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        hearing = pool.submit(case.each, case.other, hear)
        home = pool.submit(case.each, case.other, {**send, "who": "home"})
        (sent,) = case.ask(case.own, {**send, "who": "other"}, on=case.other)
        heard = [answer for _, (answer,) in hearing.result()]
        answered = [answer for _, (answer,) in home.result()]
    return _of_datagrams(case, tried, heard, answered, sent)


def _of_datagrams(
    case: Case, tried: str, heard: Sequence[Answer], home: Sequence[Answer], sent: Answer
) -> Attempt:
    """Heard or answered: crossed. Held only when those from home were."""
    came = Counter[str]()
    for one in heard:
        came.update(one.more.get("heard", {}))
    if came["other"] or sent.outcome in GOOD:
        words = f"{came['other']} were heard; {said(sent)}"
        return case.attempt(Verdict.CROSSED, tried, words)
    if not came["home"] or not any(one.outcome in GOOD for one in home):
        words = f"{case.other.environment} does not hear its own: {said((*heard, *home)[0])}"
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    if sent.outcome == FAILED:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(sent))
    words = f"{said(sent)} (at home: {came['home']} were heard, and came back)"
    return case.attempt(Verdict.HELD, tried, words)


def _contacts(case: Case, where: Target) -> Sequence[Contact] | None:
    name = where.environment

    def make() -> Sequence[Contact] | None:
        return case.premises.reach.contacts(name)

    return case.run.once(f"contacts/{name}", make)


def _home(case: Case, mine: Sequence[Contact]) -> str:
    """A neighbour's name leads to it and a neighbour answers: for one of them that has to work."""

    def make() -> str:
        names, doors = _names(mine), _doors(case, mine)
        answers = case.ask(case.own, *names, *doors)
        told = [
            sum(answer.outcome in GOOD for answer in several)
            for several in (answers[: len(names)], answers[len(names) :])
        ]
        if not all(told):
            raise CouldNotTry(
                f"{case.own.environment} cannot look up and connect to its own containers: "
                f"{told[0]} of {len(names)} names, {told[1]} of {len(doors)} ports"
            )
        return f"found {told[0]} of {len(names)} names, reached {told[1]} of {len(doors)} ports"

    return case.run.once(f"network/{case.own.environment}", make)


def _names(contacts: Sequence[Contact]) -> list[Ask]:
    """A service's name is the other's, too: only where it leads to counts."""
    return [
        {"do": "network.resolve", "name": name, "addresses": list(one.addresses)}
        for one in contacts
        if one.addresses
        for name in one.names
    ]


def _doors(case: Case, contacts: Sequence[Contact]) -> list[Ask]:
    """What an image exposes, and what the Compose file or a route says of its service."""
    return [
        {"do": "network.connect", "address": address, "port": port}
        for one in contacts
        for address in one.addresses
        for port in sorted({*one.ports, *_ports(case, one)})
    ]


def _ports(case: Case, contact: Contact) -> Iterable[int]:
    entry = case.premises.world.entries.get(contact.key)
    return entry.thing.ports if entry and isinstance(entry.thing, Instance) else ()


def _judged(case: Case, tried: str, answers: Sequence[Answer], shown: str) -> Attempt:
    through = [answer for answer in answers if answer.outcome in GOOD]
    if through:
        return case.attempt(Verdict.CROSSED, tried, "; ".join(said(one) for one in through[:3]))
    odd = next((answer for answer in answers if answer.outcome == FAILED), None)
    if odd is not None:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(odd))
    words = "; ".join(sorted({said(answer) for answer in answers}))
    return case.attempt(Verdict.HELD, tried, f"{words} (at home: {shown})")


PROBE = Probe(
    name="network",
    shows="an environment neither finds the other's containers by name nor reaches them",
    across=across,
)
