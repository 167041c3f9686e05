"""Counts what flags say, and what becomes of those they say it to (`document.py`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from .distinct import Distinct, Room
from .document import VERSION, Day, Document, Flag, Variant

DAYS = 90
VISIT_SECONDS = 300
"""In which a user is one visitor of a variant, whatever was counted before: a rollout that begins
again is judged anew."""
OUTCOMES = 64
"""Names of outcomes of one flag."""
How = Literal["single", "bulk"]


class Counts:
    """What was read at the start, and what has come since; used by one thread."""

    def __init__(
        self, before: Document | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._now = now
        self._room = Room()
        self._met: dict[str, tuple[Distinct, Distinct]] = {}
        self._visit = 0
        self._visitors: dict[str, Distinct] = {}
        self._all = before or Document(version=VERSION, since=_said(now()), written="", flags={})
        self.changed = False
        """Whether something was counted since the document was made last."""
        for flag in self._all["flags"].values():
            flag["users_full"] = flag["outcomes_full"] = False
            for variant in flag["variants"].values():
                variant["users_before"] += variant["users"]
                variant["users"] = 0

    def evaluated(self, flag: str, variant: str, user: str, how: How) -> None:
        """Count one evaluation; `user` is empty where nobody is named."""
        time_of_it = _said(self._now())
        counted = self._variant(flag, variant)
        day = time_of_it[:10]
        if day not in counted["days"]:
            counted["days"][day] = Day(single=0, bulk=0)
        counted["days"][day][how] += 1
        counted["last"] = time_of_it
        if user:
            users, _ = self._met_by(flag)
            counted["users"] += users.add(self._room.number(variant, user))
            counted["visits"] += self._visitors_of(flag).add(self._room.number(variant, user))
        self.changed = True

    def became(self, flag: str, variant: str, outcome: str, user: str) -> bool:
        """Count an outcome, once per user; False: the flag has too many outcomes already."""
        names = self._outcomes(flag)
        if outcome not in names and len(names) >= OUTCOMES:
            return False
        _, outcomes = self._met_by(flag)
        counted = self._variant(flag, variant)
        if outcomes.add(self._room.number(outcome, user)):
            counted["outcomes"][outcome] = counted["outcomes"].get(outcome, 0) + 1
        if self._visitors_of(flag).add(self._room.number(variant, user, outcome)):
            counted["visits_with"][outcome] = counted["visits_with"].get(outcome, 0) + 1
        self.changed = True
        return True

    def document(self) -> Document:
        """What is to be written now, without what is too old."""
        now = self._now()
        self._drop_before(_said(now - DAYS * 86_400)[:10])
        self._all["written"] = _said(now)
        for key, (users, outcomes) in self._met.items():
            if flag := self._all["flags"].get(key):
                flag["users_full"], flag["outcomes_full"] = users.full, outcomes.full
        self.changed = False
        return self._all

    def _drop_before(self, oldest: str) -> None:
        for key, flag in [*self._all["flags"].items()]:
            for name, variant in [*flag["variants"].items()]:
                for day in [day for day in variant["days"] if day < oldest]:
                    del variant["days"][day]
                if not variant["days"] and not variant["outcomes"]:
                    del flag["variants"][name]
            if not flag["variants"]:
                del self._all["flags"][key]

    def _outcomes(self, key: str) -> set[str]:
        flag = self._all["flags"].get(key)
        variants = flag["variants"].values() if flag else ()
        return {name for variant in variants for name in variant["outcomes"]}

    def _met_by(self, key: str) -> tuple[Distinct, Distinct]:
        """Whom a flag has met: users by variant, and users by outcome."""
        if key not in self._met:
            self._met[key] = Distinct(self._room), Distinct(self._room)
        return self._met[key]

    def _visitors_of(self, key: str) -> Distinct:
        """Whom a flag has met in these five minutes, by variant and by outcome."""
        visit = int(self._now() // VISIT_SECONDS)
        if visit != self._visit:
            self._visit, former = visit, self._visitors
            self._visitors = {}
            for one in former.values():
                one.forget()
        if key not in self._visitors:
            self._visitors[key] = Distinct(self._room)
        return self._visitors[key]

    def _variant(self, key: str, name: str) -> Variant:
        flags = self._all["flags"]
        if key not in flags:
            flags[key] = Flag(users_full=False, outcomes_full=False, variants={})
        variants = flags[key]["variants"]
        if name not in variants:
            variants[name] = Variant(
                days={}, last="", users=0, users_before=0, visits=0, visits_with={}, outcomes={}
            )
        return variants[name]


def _said(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
