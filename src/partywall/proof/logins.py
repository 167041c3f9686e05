"""Attempts to log in: which server stands against which, and what the answers show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from partywall.model.app import Role
from partywall.proof.case import Answer, Case
from partywall.proof.inside.answer import AUTHENTICATED, FAILED, Ask
from partywall.proof.probe import Attempt, CouldNotTry, Verdict
from partywall.proof.target import Server, Target

_NAMES = {Role.DATABASE: "database", Role.CACHE: "cache", Role.BROKER: "broker"}


class Door(msgspec.Struct, frozen=True):
    """One way in that is tried."""

    tried: str
    ask: Ask


def pairs(case: Case, role: Role) -> Iterator[tuple[Server, Server]]:
    """Each server of the other environment with the own one of the same service.

    Raises:
        CouldNotTry: when there is nothing at home to show that the probe works.
    """
    mine, theirs = case.own.servers.get(role, ()), case.other.servers.get(role, ())
    if theirs and not mine:
        raise CouldNotTry(
            f"{case.own.environment} has no {_NAMES[role]} of its own to show that the probe works"
        )
    for other in theirs:
        same = (server for server in mine if server.service == other.service)
        yield next(same, mine[0]), other


def results(case: Case, where: Target, doors: list[Door], shown: str) -> Iterable[Attempt]:
    """Try every door and judge what came back; being let in is crossing."""
    answers = case.ask(where, *(door.ask for door in doors), on=case.other)
    for door, answer in zip(doors, answers, strict=True):
        yield case.attempt(verdict(answer), door.tried, f"{said(answer)} (at home: {shown})")


def verdict(answer: Answer) -> Verdict:
    """What one answer to a login shows."""
    if answer.outcome == AUTHENTICATED:
        return Verdict.CROSSED
    return Verdict.COULD_NOT_TRY if answer.outcome == FAILED else Verdict.HELD


def said(answer: Answer) -> str:
    """An answer in words."""
    if answer.says.lower() in ("", answer.outcome):
        return answer.outcome
    return f"{answer.outcome}: {answer.says}"
