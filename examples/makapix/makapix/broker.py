"""MQTT: announces new posts, and rings a bell when somebody else's announcement comes in."""

import json
import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from makapix.environment import optional, required

if TYPE_CHECKING:
    from paho.mqtt.client import Client
    from paho.mqtt.reasoncodes import ReasonCode

NEW_POST = "posts/new"
AT_LEAST_ONCE = 1

log = logging.getLogger("makapix.broker")


class Broker:
    """A connection kept alive in the background; messages wait here while the broker is away."""

    def __init__(self, role: str, ring: Callable[[], None] | None = None) -> None:
        """Prepare the client of a process that is a ``role``; with ``ring``, listen as well."""
        self._ring = ring
        self._client = _client(role)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect in the background, now and whenever the connection is lost."""
        self._client.connect_async(required("MQTT_HOST"), int(optional("MQTT_PORT", "1883")), 30)
        self._client.loop_start()

    def announce(self, post: dict[str, Any]) -> None:
        """Tell the world about a new post."""
        self._client.publish(topic(), json.dumps(post), qos=AT_LEAST_ONCE)

    @property
    def connected(self) -> bool:
        """Tell whether the broker is there at the moment."""
        return self._client.is_connected()

    def close(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: "Client", _data: object, _flags: object, reason: "ReasonCode", *_: object
    ) -> None:
        if reason.is_failure:
            log.warning("the broker refused the connection: %s", reason)
        elif self._ring:
            client.subscribe(topic(), qos=AT_LEAST_ONCE)

    def _on_message(self, *_: object) -> None:
        if self._ring:
            self._ring()


def topic() -> str:
    """Return where new posts are announced, on a broker that others may use too."""
    return optional("MQTT_PREFIX", "") + NEW_POST


def _client(role: str) -> "Client":
    """Build a client whose id no other process has: brokers hang up on the older of two equals."""
    from paho.mqtt.client import Client, MQTTv311  # late: slow to import
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"makapix-{role}-{secrets.token_hex(4)}",
        protocol=MQTTv311,
    )
    client.username_pw_set(required("MQTT_USERNAME"), required("MQTT_PASSWORD"))
    client.reconnect_delay_set(min_delay=1, max_delay=5)
    return client
