"""Wall `cache`: one environment's programs on the other's Redis-compatible cache."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.model.app import Role
from partywall.proof.case import Case
from partywall.proof.credentials import Login
from partywall.proof.inside.answer import Ask
from partywall.proof.logins import Door, pairs, results
from partywall.proof.probe import Attempt, Probe, Verdict
from partywall.proof.target import Server, Target


def across(case: Case) -> Iterable[Attempt]:
    """No password, then the own one; whether everything could be flushed is asked, not tried."""
    for own, other in pairs(case, Role.CACHE):
        if own.key == other.key:
            yield from _within(case, own, other)
            continue
        shown = _home(case, case.own, own)
        _home(case, case.other, other)
        yield from results(case, case.own, _doors(case, own, other), shown)


def _within(case: Case, own: Server, other: Server) -> Iterable[Attempt]:
    """One cache serves both: what each has there is tried by the other's user."""
    shown = _home(case, case.own, own)
    _home(case, case.other, other)
    theirs = f"{case.other.environment}'s keys in {own.key}"
    beyond = {
        **_ask(case, "trespass", own, own.login),
        "own": f"{own.prefix}partywall:{case.run.nonce}",
        "key": f"{other.prefix}partywall:{case.run.nonce}",
        "channel": f"{other.prefix}partywall",
    }
    doors = [
        Door(f"get at {theirs} without a password", _ask(case, "read", own, Login())),
        Door(f"get at {theirs}, or at all, with its own password", beyond),
    ]
    yield from results(case, case.own, doors, shown)
    yield case.attempt(
        Verdict.SHARED,
        f"hold up {case.other.environment} by an endless script, or push out its keys",
        "not tried: no rule of the server stops it",
    )


def _home(case: Case, where: Target, server: Server) -> str:
    ask = {
        **_ask(case, "scratch", server, server.login),
        "key": f"{server.prefix}partywall:{case.run.nonce}",
    }
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
