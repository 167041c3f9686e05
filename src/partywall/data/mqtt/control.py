"""Users of a Mosquitto while it runs, told to its plugin for that; it keeps them itself.

Source: https://mosquitto.org/documentation/dynamic-security/
"""

from __future__ import annotations

from typing import Any

import msgspec

from partywall.axes.starting import BROKER_ADMIN
from partywall.data.mqtt.wire import Denied, Session
from partywall.model.world import TopicSpace
from partywall.system.decoding import decode

_TOPIC = "$CONTROL/dynamic-security/v1"
Command = dict[str, Any]


class Answer(msgspec.Struct, frozen=True):
    """What came of one command; unknown fields do not matter."""

    command: str = ""
    error: str = ""


class Answers(msgspec.Struct, frozen=True):
    """What came of a list of them."""

    responses: list[Answer] = []


def admit(session: Session, space: TopicSpace, password: str) -> None:
    """A user with its prefix, whatever there was before.

    Raises:
        Denied: in the broker's words.
    """
    told(session, *_gone(space))
    acls = [
        {"acltype": kind, "topic": topic, "allow": True}
        for kind, topic in (
            ("publishClientSend", f"{space.prefix}#"),
            ("publishClientReceive", f"{space.prefix}#"),
            ("subscribePattern", f"{space.prefix}#"),
            ("subscribePattern", f"$share/+/{space.prefix}#"),
        )
    ]
    said = told(
        session,
        {"command": "createRole", "rolename": space.user, "acls": acls},
        {
            "command": "createClient",
            "username": space.user,
            "password": password,
            "roles": [{"rolename": space.user}],
        },
    )
    for answer in said:
        if answer.error:
            raise Denied(f"{answer.command}: {answer.error}")


def dismiss(session: Session, space: TopicSpace) -> None:
    """No such user any more; one that is not there is fine."""
    told(session, *_gone(space))


def told(session: Session, *commands: Command) -> list[Answer]:
    """Tell commands, and wait for what came of them."""
    session.publish(_TOPIC, msgspec.json.encode({"commands": commands}))
    return decode(session.hear(), Answers).responses


def opened(host: str, port: int, password: str) -> Session:
    """A session of the administrator.

    Raises:
        Denied: when it is not let in.
        OSError: when the broker does not answer.
    """
    session = Session(host, port, BROKER_ADMIN, password)
    session.subscribe(f"{_TOPIC}/response")
    return session


def _gone(space: TopicSpace) -> tuple[Command, Command]:
    return (
        {"command": "deleteClient", "username": space.user},
        {"command": "deleteRole", "rolename": space.user},
    )
