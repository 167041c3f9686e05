"""Logs in to an MQTT broker, publishes canaries and listens for those of others."""

from __future__ import annotations

import contextlib
import time

from partywall.proof.inside.answer import AUTHENTICATED, FAILED, REFUSED, Answer, Ask, answer
from partywall.proof.inside.session import PATIENCE, NoSession, Session

_BEAT = 0.2
"""Seconds between two live canaries."""
_CONTROL = "$CONTROL/dynamic-security/v1"
"""Where a Mosquitto is told whom it lets in."""


def scratch(ask: Ask) -> Answer:
    """Subscribe to everything, publish a scratch message and receive it."""
    try:
        with Session(ask) as session:
            if not session.subscribe(f"{ask.get('prefix', '')}#"):
                return answer(REFUSED, "may not subscribe to everything (#)")
            session.publish(ask["topic"], "scratch")
            if not session.hears(ask["topic"], PATIENCE):
                return answer(FAILED, "a message that was published did not come back")
            what = f"{ask['prefix']}#" if ask.get("prefix") else "everything"
            return answer(AUTHENTICATED, f"subscribed to {what} and received its own message")
    except NoSession as error:
        return error.said


def login(ask: Ask) -> Answer:
    """Log in and out again; nothing is subscribed to or published."""
    try:
        with Session(ask):
            return answer(AUTHENTICATED, "let in")
    except NoSession as error:
        return error.said


def listen(ask: Ask) -> Answer:
    """Subscribe to everything for a while and count the canaries among what comes."""
    try:
        with Session(ask) as session:
            if not session.subscribe("#"):
                return answer(REFUSED, "may not subscribe to everything (#)")
            began = time.time()
            time.sleep(ask["seconds"])
            ended = time.time()
    except NoSession as error:
        return error.said
    canaries = [retained for topic, retained, _ in session.heard if topic == ask["topic"]]
    return answer(
        AUTHENTICATED,
        f"listened to everything for {ask['seconds']:g} s, {len(canaries)} canaries came",
        began=began,
        ended=ended,
        canaries=len(canaries),
        retained=sum(canaries),
    )


def overhear(ask: Ask) -> Answer:
    """Subscribe in every way that might reach somebody else's topics, and count what comes.

    In the end its own topic has to be heard still: one that was thrown out hears nothing. Then the
    broker is asked for its users.
    """
    home = ask["home"]
    try:
        with Session(ask) as session:
            for pattern in ask["patterns"]:
                session.ask_for(pattern)
            began = time.time()
            time.sleep(ask["seconds"])
            ended = time.time()
            session.ask_for(home)
            session.publish(home, "still here")
            if not session.hears(home, PATIENCE):
                return answer(FAILED, "the broker threw it out, so it could hear nothing")
    except (NoSession, ValueError, RuntimeError) as error:
        said = error.said if isinstance(error, NoSession) else None
        return said or answer(FAILED, f"the broker threw it out: {error}")
    heard = [one for one in (*session.heard, *_users(ask)) if one[0] != home]
    foreign = [topic for topic, _, _ in heard if not topic.startswith(ask["prefix"])]
    return answer(
        AUTHENTICATED,
        f"subscribed in {len(ask['patterns'])} ways, such as {', '.join(ask['patterns'][:3])}, for "
        f"{ask['seconds']:g} s, {len(foreign)} messages of others came",
        began=began,
        ended=ended,
        canaries=len(foreign),
        retained=sum(kept for topic, kept, _ in session.heard if topic in foreign),
    )


def _users(ask: Ask) -> list[tuple[str, bool, float]]:
    """What a Mosquitto says of its users; others may throw out who asks."""
    with contextlib.suppress(NoSession, ValueError, RuntimeError), Session(ask) as session:
        session.ask_for(f"{_CONTROL}/response")
        session.publish(_CONTROL, '{"commands": [{"command": "listClients"}]}')
        session.hears(f"{_CONTROL}/response", _BEAT)
        return session.heard
    return []


def intrude(ask: Ask) -> Answer:
    """Say something on somebody else's topic: plainly, to be kept, and as a last will."""
    tried = []
    for will in ("", ask["topic"]):
        try:
            with Session({**ask, "will": will}) as session:
                session.publish(ask["topic"], "canary", retain=bool(will))
                tried.append("a last will" if will else "a message")
                if will:
                    session.vanish()
        except (NoSession, ValueError, RuntimeError):
            continue
    return answer(AUTHENTICATED, f"sent {' and '.join(tried) or 'nothing: it was not let in'}")


def sing(ask: Ask) -> Answer:
    """Publish a retained canary, then live ones for a while; hear them at home; take all back."""
    topic = ask["topic"]
    sung: list[float] = []
    try:
        with Session(ask) as session:
            session.subscribe(topic)
            try:
                session.publish(topic, "canary", retain=True)
                end = time.monotonic() + ask["seconds"]
                while time.monotonic() < end:
                    session.publish(topic, "canary")
                    sung.append(time.time())
                    time.sleep(_BEAT)
            finally:
                # An empty retained message removes the kept one (MQTT 3.1.1, 3.3.1.3).
                session.publish(topic, "", retain=True)
    except NoSession as error:
        return error.said
    if not session.heard:
        return answer(FAILED, "its own canaries did not come back")
    return answer(AUTHENTICATED, f"published {len(sung)} canaries", sung=sung)


ACTIONS = {
    "scratch": scratch,
    "login": login,
    "listen": listen,
    "overhear": overhear,
    "intrude": intrude,
    "sing": sing,
}
