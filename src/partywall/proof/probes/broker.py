"""Wall `broker`: one environment's programs on the other's MQTT broker, and its messages."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from partywall.model.app import Role
from partywall.proof.case import Answer, Case
from partywall.proof.credentials import Login
from partywall.proof.inside.answer import AUTHENTICATED, Ask
from partywall.proof.logins import Door, pairs, results, said
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Server, Target

_LISTEN = 1.0
"""Seconds for which everything at home is listened to."""
_SING = 2.5
"""Seconds for which the other publishes canaries, so that both overlap."""


def across(case: Case) -> Iterable[Attempt]:
    """Anonymous, own credentials, and listening at home for what the other publishes."""
    for own, other in pairs(case, Role.BROKER):
        if own.key == other.key:
            raise CouldNotTry(f"one broker, {own.key}, serves both; topics are not probed yet")
        shown = _home(case, case.own, own)
        _home(case, case.other, other)
        yield from results(case, case.own, _doors(case, own, other), shown)
        yield _canary(case, own, other)


def _home(case: Case, where: Target, server: Server) -> str:
    ask = {**_ask(case, "scratch", server, server.login), "topic": _topic(case, "home")}
    return case.home(where, f"a scratch message on {server.service}", ask)


def _doors(case: Case, own: Server, other: Server) -> list[Door]:
    theirs = f"{case.other.environment}'s {other.service}"
    doors = [Door(f"log in to {theirs} anonymously", _ask(case, "login", other, Login()))]
    if own.login.password:
        doors.append(Door(f"log in to {theirs} as itself", _ask(case, "login", other, own.login)))
    return doors


def _canary(case: Case, own: Server, other: Server) -> Attempt:
    """The other sings at its home while the own environment listens to everything at its own."""
    topic = _topic(case, f"canary-{case.own.environment}")
    listen = {**_ask(case, "listen", own, own.login), "topic": topic, "seconds": _LISTEN}
    sing = {**_ask(case, "sing", other, other.login), "topic": topic, "seconds": _SING}
    with ThreadPoolExecutor(1) as pool:
        singing = pool.submit(case.first, case.other, sing)
        every = [answer for _, (answer,) in case.each(case.own, listen)]
        heard = max(every, key=_canaries)
        (sung,) = singing.result()
    tried = (
        f"hear on its own {own.service}, subscribed to everything, what "
        f"{case.other.environment} publishes on its own"
    )
    verdict, words = judge(heard, sung)
    return case.attempt(verdict, tried, words)


def _canaries(heard: Answer) -> tuple[bool, int]:
    return heard.outcome == AUTHENTICATED, heard.more.get("canaries", 0)


def judge(heard: Answer, sung: Answer) -> tuple[Verdict, str]:
    """Held only when canaries were really sung while the listener listened."""
    for answer in (heard, sung):
        if answer.outcome != AUTHENTICATED:
            return Verdict.COULD_NOT_TRY, said(answer)
    if heard.more["canaries"]:
        return Verdict.CROSSED, f"{heard.says} ({heard.more['retained']} of them retained)"
    meanwhile = [at for at in sung.more["sung"] if heard.more["began"] <= at <= heard.more["ended"]]
    if not meanwhile:
        return Verdict.COULD_NOT_TRY, "nothing was published while it listened: machine too busy"
    return Verdict.HELD, f"{heard.says} of {len(meanwhile)} live and 1 retained"


def _topic(case: Case, name: str) -> str:
    return f"partywall/probe/{case.run.nonce}/{name}"


def _ask(case: Case, action: str, at: Server, login: Login) -> Ask:
    return {
        "do": f"broker.{action}",
        **case.reach(at),
        "user": login.user,
        "password": login.password,
    }


PROBE = Probe(
    name="broker",
    shows="an environment cannot log in to the other's broker and hears none of its messages",
    across=across,
)
