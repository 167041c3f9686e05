"""An MQTT 3.1.1 broker as a program: amqtt, with the login checked before anything else happens.

It takes BROKER_BIND (`host:port`) and, unless anybody may connect, BROKER_USER and BROKER_PASSWORD
from its environment. amqtt itself touches the session of a client id before it looks at the
password, so that a stranger who knows the id could silence its owner; here he gets no further.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import signal
from collections.abc import Mapping
from typing import Any

import amqtt.broker
from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.errors import MQTTError
from amqtt.mqtt.connack import BAD_USERNAME_PASSWORD, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.manager import PluginManager
from amqtt.session import Session

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
                _log.warning("refused a connection: wrong name or password")
                await ConnackPacket.build(0, BAD_USERNAME_PASSWORD).to_stream(writer)
                await writer.close()
                raise MQTTError("wrong name or password")
            return handler, session

    return Guarded


async def serve(config: Mapping[str, str]) -> None:
    """Listen until told to stop."""
    if config.get("BROKER_USER"):
        handler = guarded(config["BROKER_USER"], config["BROKER_PASSWORD"])
        # The broker has no setting for its handler; this module is the whole process.
        setattr(amqtt.broker, "BrokerProtocolHandler", handler)  # noqa: B010
    broker = amqtt.broker.Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": config["BROKER_BIND"]}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
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


def main() -> None:
    """Serve as the environment says."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    _log.setLevel(logging.INFO)
    asyncio.run(serve(os.environ))


if __name__ == "__main__":
    main()
