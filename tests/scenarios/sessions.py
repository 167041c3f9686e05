"""Sessions that outlive their connection: what waits for one, and who gets it by its id."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

_SECONDS = 5.0


def inherited(owner: dict[str, Any], heir: dict[str, Any]) -> list[str]:
    """The topics of what waited for an owner's session, as they reach who comes with its id."""
    name = f"kept{uuid4().hex[:12]}"
    with _Kept(name, owner) as first:
        first.subscribe("prod/missed")
    with _Kept(f"{name}-too", owner) as other:
        other.publish("prod/missed")
    with _Kept(name, heir) as last:
        last.settle()
        return last.topics


class _Kept:
    """A session that the broker keeps."""

    def __init__(self, name: str, ask: dict[str, Any]) -> None:
        self.topics: list[str] = []
        self._events = {what: threading.Event() for what in ("connect", "subscribe", "message")}
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.username_pw_set(ask["user"], ask["password"])
        self._client.on_connect = lambda *_: self._events["connect"].set()
        self._client.on_subscribe = lambda *_: self._events["subscribe"].set()
        self._client.on_message = self._on_message
        self._at = ask["host"], ask["port"]

    def __enter__(self) -> _Kept:
        self._client.connect(*self._at)
        self._client.loop_start()
        assert self._events["connect"].wait(_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, topic: str) -> None:
        self._client.subscribe(topic, qos=1)
        assert self._events["subscribe"].wait(_SECONDS)

    def publish(self, topic: str) -> None:
        self._client.publish(topic, "x", qos=1).wait_for_publish(_SECONDS)

    def settle(self) -> None:
        """Until the first message, or for as long as one may take."""
        self._events["message"].wait(1.0)

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.topics.append(message.topic)
        self._events["message"].set()
