"""One session with an MQTT broker that waits for nothing longer than two seconds (MQTT 3.1.1)."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from partywall.proof.inside.answer import REFUSED, TIMED_OUT, Answer, Ask, answer, of_error

PATIENCE = 2.0
"""Seconds to wait for any one answer of the broker."""


class NoSession(Exception):
    """The broker did not let us in; carries the answer that says so."""

    def __init__(self, said: Answer) -> None:
        super().__init__(said["says"])
        self.said = said


class Session:
    """One clean session under a client id that nobody else has."""

    def __init__(self, ask: Ask) -> None:
        from paho.mqtt import client as mqtt  # noqa: PLC0415  (late: only this attempt needs it)
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

        self.heard: list[tuple[str, bool, float]] = []
        """Topic, whether it was retained, and when it came (seconds since the epoch)."""
        self._ready = threading.Event()
        self._subscribed = threading.Event()
        self._refused = ""
        # The same client id in two environments would throw the application's own client out.
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"pwprobe{uuid4().hex[:14]}",
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        if ask.get("user"):
            self._client.username_pw_set(ask["user"], ask.get("password") or "")
        if ask.get("will"):
            self._client.will_set(ask["will"], "canary", qos=0, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.connect_timeout = PATIENCE
        self._host, self._port = ask["host"], ask["port"]

    def __enter__(self) -> Self:
        try:
            self._client.connect(self._host, self._port, keepalive=30)
        except OSError as error:
            raise NoSession(of_error(error)) from error
        self._client.loop_start()
        answered = self._ready.wait(PATIENCE)
        if answered and not self._refused:
            return self
        self.__exit__(None, None, None)
        raise NoSession(
            answer(REFUSED, self._refused) if answered else answer(TIMED_OUT, "no CONNACK")
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, pattern: str) -> bool:
        """Whether the broker granted it."""
        self._client.subscribe(pattern, qos=0)
        return self._subscribed.wait(PATIENCE) and not self._refused

    def ask_for(self, pattern: str) -> None:
        """Subscribe, whatever the broker thinks of it."""
        self._client.subscribe(pattern, qos=0)

    def publish(self, topic: str, text: str, *, retain: bool = False) -> None:
        """Publish and wait until the broker has it."""
        self._client.publish(topic, text, qos=1, retain=retain).wait_for_publish(PATIENCE)

    def vanish(self) -> None:
        """Go without a word, so that the broker says the last will."""
        if (link := self._client.socket()) is not None:
            link.close()

    def hears(self, topic: str, seconds: float) -> bool:
        """Whether a message on this topic comes in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(heard[0] == topic for heard in self.heard):
                return True
            time.sleep(0.02)
        return False

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, code: Any, _more: Any) -> None:  # noqa: ANN401
        self._refused = str(code) if code.is_failure else ""
        self._ready.set()

    def _on_disconnect(self, *_: object) -> None:
        self._refused = self._refused or "the broker closed the connection"
        self._ready.set()
        self._subscribed.set()

    def _on_subscribe(self, _client: Any, _data: Any, _id: Any, codes: Any, _more: Any) -> None:  # noqa: ANN401
        if any(code.is_failure for code in codes):
            self._refused = "subscription refused"
        self._subscribed.set()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:  # noqa: ANN401
        self.heard.append((message.topic, bool(message.retain), time.time()))
