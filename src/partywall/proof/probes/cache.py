"""Wall `cache`: one environment's programs on the other's Redis-compatible cache."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.model.app import Role
from partywall.proof.case import Case
from partywall.proof.credentials import Login
from partywall.proof.inside.answer import Ask
from partywall.proof.logins import Door, pairs, results
from partywall.proof.probe import Attempt, CouldNotTry, Probe
from partywall.proof.target import Server, Target


def across(case: Case) -> Iterable[Attempt]:
    """No password, then the own one; whether everything could be flushed is asked, not tried."""
    for own, other in pairs(case, Role.CACHE):
        if own.key == other.key:
            raise CouldNotTry(f"one cache, {own.key}, serves both; keys in it are not probed yet")
        shown = _home(case, case.own, own)
        _home(case, case.other, other)
        yield from results(case, case.own, _doors(case, own, other), shown)


def _home(case: Case, where: Target, server: Server) -> str:
    ask = {**_ask(case, "scratch", server, server.login), "key": f"partywall:{case.run.nonce}"}
    return case.home(where, f"a scratch key on {server.service}", ask)


def _doors(case: Case, own: Server, other: Server) -> list[Door]:
    theirs = f"{case.other.environment}'s {other.service}"
    doors = [Door(f"read {theirs} without a password", _ask(case, "read", other, Login()))]
    if own.login.password:
        doors.append(
            Door(f"read {theirs} with its own password", _ask(case, "read", other, own.login))
        )
    return doors


def _ask(case: Case, action: str, at: Server, login: Login) -> Ask:
    return {
        "do": f"cache.{action}",
        **case.reach(at),
        "user": login.user,
        "password": login.password,
    }


PROBE = Probe(
    name="cache",
    shows="an environment can neither read nor flush the other's cache",
    across=across,
)
