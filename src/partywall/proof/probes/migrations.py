"""Wall `migrations`: a change of one environment's schema in the other's database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from partywall.model.app import Role
from partywall.proof.case import Answer, Case
from partywall.proof.inside.answer import AUTHENTICATED, FAILED, TIMED_OUT
from partywall.proof.inside.migrations import PREFIX
from partywall.proof.logins import pairs, said
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Server

_GRACE = 5.0
"""Seconds that taking a table away may have, even when the proof is over."""


def across(case: Case) -> Iterable[Attempt]:
    """Change the own schema for a moment, with the own login, and look from the other."""
    if not case.own.servers.get(Role.DATABASE):
        return
    for own, other in pairs(case, Role.DATABASE):
        yield from _changed(case, own, other)


def _changed(case: Case, own: Server, other: Server) -> Iterable[Attempt]:
    case.refuse_attached(case.other)
    name = f"{PREFIX}{int(time.time())}_{uuid4().hex[:8]}"
    change = _Change(case, own, name)
    case.run.later(change.undo)
    try:
        made = change.make()
        (seen,) = case.first(case.other, _ask(case, "look", other, name))
    finally:
        was = change.undo()
    tried = (
        f"change the schema of its own {own.service} where {case.other.environment}'s "
        f"{other.service} changes with it"
    )
    if seen.outcome != AUTHENTICATED or not was:
        reason = "the table went before it was looked for" if not was else said(seen)
        yield case.attempt(Verdict.COULD_NOT_TRY, tried, reason)
        return
    common = own.key == other.key and own.database == other.database
    listed = set(seen.more["listed"])
    hole = {*seen.more["met"], *(listed - {made.more["schema"]} if common else listed)}
    if hole:
        words = f"{case.other.environment} has the new table too, in {', '.join(sorted(hole))}"
    else:
        words = f"{case.other.environment} has no such table (at home: {made.says})"
    yield case.judged(bool(hole), tried, words)
    if listed and not hole:
        yield case.attempt(
            Verdict.SHARED,
            f"have {case.other.environment} find its new table in the catalogue",
            "it does, and may not use it: one database has one catalogue",
        )


class _Change:
    """A table that is there for a moment, and is taken away once, by whoever comes first."""

    def __init__(self, case: Case, own: Server, name: str) -> None:
        self._case = case
        self._own = own
        self._name = name
        self._lock = threading.Lock()
        self._perhaps = False

    def make(self) -> Answer:
        """What making it came to.

        Raises:
            CouldNotTry: when it cannot be made and seen at home.
        """
        case, own = self._case, self._own
        ask = {**_ask(case, "change", own, self._name), "apart": not own.schema}
        with self._lock:
            self._perhaps = True
            (made,) = case.first(case.own, ask)
            self._perhaps = made.more.get("made", made.outcome in (FAILED, TIMED_OUT))
        if made.outcome != AUTHENTICATED:
            raise CouldNotTry(
                f"a table of {own.service} does not work in {case.own.environment} itself: "
                f"{said(made)}"
            )
        return made

    def undo(self) -> bool:
        """Take it away unless that is done; whether it was there.

        Raises:
            CouldNotTry: when it cannot be said that it is gone.
        """
        case = self._case
        with self._lock:
            if not self._perhaps:
                return False
            (gone,) = case.first(case.own, _ask(case, "undo", self._own, self._name), grace=_GRACE)
            if gone.outcome != AUTHENTICATED:
                raise CouldNotTry(
                    f"the table {self._name} of {case.own.environment}: {said(gone)}; "
                    "the next proof takes it away"
                )
            self._perhaps = False
            return bool(gone.more["was"])


def _ask(case: Case, action: str, at: Server, name: str) -> dict[str, Any]:
    return {
        "do": f"migrations.{action}",
        **case.reach(at),
        "user": at.login.user,
        "database": at.database,
        "password": at.login.password,
        "name": name,
    }


PROBE = Probe(
    name="migrations",
    shows="a change of one environment's schema is none of the other's",
    across=across,
)
