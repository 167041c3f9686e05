"""Wall `network`: the other's containers by name and by address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from partywall.interfaces import Contact
from partywall.model.world import Instance
from partywall.proof.case import GOOD, Answer, Case
from partywall.proof.inside.answer import FAILED, Ask
from partywall.proof.logins import said
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Target

_UNWALLED = "there are no networks here: only passwords keep an environment out"


def across(case: Case) -> Iterable[Attempt]:
    """Every name and every address of the other's containers."""
    mine, theirs = _contacts(case, case.own), _contacts(case, case.other)
    if mine is None or theirs is None:
        tried = f"connect to {case.other.environment}'s servers"
        yield case.attempt(Verdict.SHARED, tried, _UNWALLED)
        return
    names, doors = _names(theirs), _doors(case, theirs)
    if not names and not doors:
        return
    shown = _home(case, mine)
    whose = f"{case.other.environment}'s"
    found = case.ask(case.own, *names, *doors, on=case.other)
    resolved, connected = found[: len(names)], found[len(names) :]
    yield _judged(case, f"look up {len(names)} names of {whose} containers", resolved, shown)
    if doors:
        tried = f"connect to {len(doors)} ports of {whose} containers"
        yield _judged(case, tried, connected, shown)


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
