"""Wall `broker`: one environment's programs on the other's MQTT broker, and its messages."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from partywall.model.app import Role
from partywall.proof.case import Answer, Case
from partywall.proof.credentials import Login
from partywall.proof.inside.answer import AUTHENTICATED, Ask
from partywall.proof.logins import Door, pairs, results, said
from partywall.proof.probe import Attempt, Probe, Verdict
from partywall.proof.target import Server, Target

_LISTEN = 1.0
"""Seconds for which everything at home is listened to."""
_SING = 2.5
"""Seconds for which the other publishes canaries, so that both overlap."""


def across(case: Case) -> Iterable[Attempt]:
    """Anonymous, own credentials, and listening at home for what the other publishes."""
    for own, other in pairs(case, Role.BROKER):
        if own.key == other.key:
            yield from _within(case, own, other)
            continue
        shown = _home(case, case.own, own)
        _home(case, case.other, other)
        yield from results(case, case.own, _doors(case, own, other), shown)
        yield _canary(case, own, other)


def _within(case: Case, own: Server, other: Server) -> Iterable[Attempt]:
    """One broker serves both: each listens for, and speaks on, what are the other's topics."""
    shown = _home(case, case.own, own)
    _home(case, case.other, other)
    anonymous = Door(f"log in to {own.key} anonymously", _ask(case, "login", own, Login()))
    yield from results(case, case.own, [anonymous], shown)
    theirs = f"{other.prefix}{_topic(case, f'canary-{case.own.environment}')}"
    yield _overheard(case, own, other, theirs)
    yield _intruded(case, own, other, theirs)
    yield case.attempt(
        Verdict.SHARED,
        f"take the place of a client of {case.other.environment} by its client id",
        "not tried: ids are common to all who use the broker",
    )


def _overheard(case: Case, own: Server, other: Server, theirs: str) -> Attempt:
    """The other sings on its own topics while the own environment subscribes in every way."""
    listen = {
        **_ask(case, "overhear", own, own.login),
        "patterns": patterns(own.prefix, other.prefix, theirs), "prefix": own.prefix,
        "home": f"{own.prefix}{_topic(case, 'listener')}", "seconds": _LISTEN,
    }  # fmt: skip
    sing = {**_ask(case, "sing", other, other.login), "topic": theirs, "seconds": _SING}
    with ThreadPoolExecutor(1) as pool:
        singing = pool.submit(case.first, case.other, sing)
        (heard,) = case.ask(case.own, listen, on=case.other)
        (sung,) = singing.result()
    tried = f"hear on {own.key} what {case.other.environment} publishes, or the broker itself"
    verdict, words = judge(heard, sung)
    return case.attempt(verdict, tried, words)


def patterns(own: str, other: str, topic: str) -> list[str]:
    """Ways to subscribe that might reach somebody else's topics, or what the broker says itself.

    Args:
        own: what its own topics start with.
        other: what the other's start with.
        topic: one of the other's.
    """
    return [
        *("#", "$SYS/#", f"{other}#", topic, "+/#", f"+/{topic.partition('/')[2]}", "+/+/+", "/#"),
        *(f"{own}../{other}#", f"{own}+/../../{other}#", f"./{other}#", f"/{other}#"),
        *(f"$share/partywall/{way}" for way in ("#", topic, f"{other}#", "+/#", "$SYS/#")),
        *("$CONTROL/#", "$CONTROL/dynamic-security/v1/response"),
    ]


def _intruded(case: Case, own: Server, other: Server, theirs: str) -> Attempt:
    """The own environment speaks on the other's topic while the other listens there."""
    topic = f"{theirs}-intruder"
    listen = {
        **_ask(case, "overhear", other, other.login),
        "patterns": [topic], "prefix": "partywall-nobody",
        "home": f"{other.prefix}{_topic(case, f'listener-{case.own.environment}')}",
        "seconds": _SING,
    }  # fmt: skip
    speak = {**_ask(case, "intrude", own, own.login), "topic": topic}
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(case.first, case.other, listen)
        (spoke,) = case.ask(case.own, speak, on=case.other)
        (heard,) = listening.result()
    tried = f"say something on {case.other.environment}'s topics, to be kept or as a last will"
    if heard.outcome != AUTHENTICATED:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(heard))
    return case.judged(heard.more["canaries"] > 0, tried, f"{spoke.says}; {heard.says}")


def _home(case: Case, where: Target, server: Server) -> str:
    topic = f"{server.prefix}{_topic(case, 'home')}"
    ask = {
        **_ask(case, "scratch", server, server.login), "topic": topic, "prefix": server.prefix,
    }  # fmt: skip
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
