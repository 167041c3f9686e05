"""An MQTT 3.1.1 broker as a program: amqtt, with the login checked before anything else happens.

It takes BROKER_BIND (`host:port`) and, unless anybody may connect, BROKER_USER and BROKER_PASSWORD
from its environment. amqtt itself touches the session of a client id before it looks at the
password, so that a stranger who knows the id could silence its owner; here he gets no further.

It also goes through the subscriptions of all while they come and go, and hands everybody who comes
what is kept for the subscriptions of others; here it goes through a copy, and hands nothing.

With PARTYWALL_SPACES it serves several environments: whom it lets in, and which topics each has,
stands in that folder in Mosquitto's form, and is read at every login.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import amqtt.broker
from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.contexts import Action
from amqtt.errors import MQTTError
from amqtt.mqtt.connack import BAD_USERNAME_PASSWORD, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.manager import PluginManager
from amqtt.session import OutgoingApplicationMessage, Session

SPACES = "PARTYWALL_SPACES"
_PARTS = 4
_log = logging.getLogger("broker")


def guarded(user: str, password: str) -> type[BrokerProtocolHandler]:
    """A connection handler that lets nobody in without this name and password."""

    class Guarded(BrokerProtocolHandler):
        """Checks the login in the CONNECT packet before a session is made or found."""

        @classmethod
        async def init_from_connect(
            cls,
            reader: ReaderAdapter,
            writer: WriterAdapter,
            plugins_manager: PluginManager[Any],
            loop: asyncio.AbstractEventLoop | None = None,
        ) -> tuple[BrokerProtocolHandler, Session]:
            handler, session = await super().init_from_connect(
                reader, writer, plugins_manager, loop
            )
            if not _same(session.username, user) or not _same(session.password, password):
                await _refuse(writer)
            return handler, session

    return Guarded


async def _refuse(writer: WriterAdapter) -> None:
    """End a connection that nobody is let in by."""
    _log.warning("refused a connection: wrong name or password")
    await ConnackPacket.build(0, BAD_USERNAME_PASSWORD).to_stream(writer)
    await writer.close()
    raise MQTTError("wrong name or password")


class Spaces:
    """Who is let in, and what each may hear and say: the topics below a prefix of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def admits(self, session: Session) -> bool:
        """Whether name and password are right, and its last will is its own to say."""
        known = dict(line.split(":", 1) for line in self._lines("passwords") if ":" in line)
        right = _matches(known.get(session.username or "", ""), session.password or "")
        return right and (not session.will_flag or self.within(session, session.will_topic))

    def within(self, session: Session | None, topic: str | None) -> bool:
        """Whether a topic, or all that a filter can mean, is below the prefix of a session."""
        prefix = self._prefixes().get((session.username if session else None) or "")
        return bool(prefix and topic and topic.startswith(prefix))

    def _prefixes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        user = ""
        for line in self._lines("acl"):
            first, _, rest = line.partition(" ")
            if first == "user":
                user = rest
            elif first == "topic":
                found[user] = rest.removeprefix("readwrite ").removesuffix("#")
        return found

    def _lines(self, name: str) -> list[str]:
        try:
            return (self._folder / name).read_text().splitlines()
        except FileNotFoundError:
            return []


Subscribed = list[tuple[Session, int]]
"""Who has one subscription, and in which quality of service."""


class _Subscriptions(dict[str, Subscribed]):
    """By filter; going through them is going through a copy."""

    def __iter__(self) -> Iterator[str]:
        return iter([*super().keys()])

    def items(self) -> Any:  # noqa: ANN401  (a view's type is the dictionary's own)
        return [(name, [*sessions]) for name, sessions in super().items()]


class Steady(amqtt.broker.Broker):
    """Loses nobody and no message when a subscription comes or goes meanwhile."""

    def __init__(self, config: Any) -> None:  # noqa: ANN401  (amqtt's own)
        super().__init__(config)
        self._subscriptions = _Subscriptions()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """Only for a subscription that is the session's."""
        sessions = self._subscriptions.get(subscription[0], [])
        if any(one.client_id == session.client_id for one, _ in sessions):
            await super()._publish_retained_messages_for_subscription(subscription, session)


def walled(spaces: Spaces) -> tuple[type[BrokerProtocolHandler], type[Steady]]:
    """A handler and a broker that keep the users of several environments apart."""

    class Handler(BrokerProtocolHandler):
        """Checks the login before a session is made or found, and every message that goes out."""

        @classmethod
        async def init_from_connect(
            cls,
            reader: ReaderAdapter,
            writer: WriterAdapter,
            plugins_manager: PluginManager[Any],
            loop: asyncio.AbstractEventLoop | None = None,
        ) -> tuple[BrokerProtocolHandler, Session]:
            handler, session = await super().init_from_connect(
                reader, writer, plugins_manager, loop
            )
            if not spaces.admits(session):
                await _refuse(writer)
            if session.client_id:  # two environments may have a client of the same id
                session.client_id = f"{session.username}/{session.client_id}"
            return handler, session

        async def mqtt_publish(
            self,
            topic: str,
            data: bytes | bytearray,
            qos: int | None,
            retain: bool,
            ack_timeout: int | None = None,
        ) -> OutgoingApplicationMessage:
            if not spaces.within(self.session, topic):
                return OutgoingApplicationMessage(None, topic, qos, data, retain)
            return await super().mqtt_publish(topic, data, qos, retain, ack_timeout)

    class Broker(Steady):
        """Asks for every subscription and for every message that comes in."""

        async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
            del action
            return spaces.within(session, topic)

    return Handler, Broker


async def serve(config: Mapping[str, str]) -> None:
    """Listen until told to stop."""
    make = Steady
    handler = BrokerProtocolHandler
    if config.get(SPACES):
        handler, make = walled(Spaces(Path(config[SPACES])))
    elif config.get("BROKER_USER"):
        handler = guarded(config["BROKER_USER"], config["BROKER_PASSWORD"])
    # The broker has no setting for its handler; this module is the whole process.
    setattr(amqtt.broker, "BrokerProtocolHandler", handler)  # noqa: B010
    broker = make(
        {
            "listeners": {"default": {"type": "tcp", "bind": config["BROKER_BIND"]}},
            # Nobody's sessions are not kept, even where they ask for it.
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {
                    "allow_anonymous": handler is BrokerProtocolHandler
                }
            },
        }
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await broker.start()
    _log.info("listening at %s", config["BROKER_BIND"])
    await ended.wait()
    await broker.shutdown()


def _same(given: str | None, wanted: str) -> bool:
    return hmac.compare_digest((given or "").encode(), wanted.encode())


def _matches(line: str, password: str) -> bool:
    """Whether a password is that of a line `$7$ROUNDS$SALT$HASH`, as Mosquitto writes it."""
    kind, rounds, salt, made = line.split("$")[1:] if line.count("$") == _PARTS else [""] * _PARTS
    if kind != "7":
        return False
    known = base64.b64decode(made)
    tried = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(rounds))
    return hmac.compare_digest(tried, known)


def main() -> None:
    """Serve as the environment says."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    _log.setLevel(logging.INFO)
    asyncio.run(serve(os.environ))


if __name__ == "__main__":
    main()
