"""Which features are on for whom, asked over OFREP by OpenFeature's own client.

Without a service that answers, what it said last of a user holds for a while, and then a feature is
off: the old way works always.
"""

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openfeature.client import OpenFeatureClient

NEW_UPLOAD_FLOW = "new_upload_flow"
ASK_SECONDS = 0.5
REMEMBERED_SECONDS = 300.0
AWAY_SECONDS = 1.0
"""How long a service is left alone that did not answer."""
MOST = 10_000


class Features:
    """Features of one process."""

    def __init__(self, url: str) -> None:
        """Ask there; without an address every feature is off."""
        self._client = _client(url) if url else None
        self._remembered: OrderedDict[tuple[str, str], tuple[bool, float]] = OrderedDict()
        self._away_until = 0.0
        self._lock = threading.Lock()

    def new_upload_flow(self, user: int) -> bool:
        """Tell whether a user posts a picture without being asked for a title."""
        if self._client is None:
            return False
        from openfeature.evaluation_context import EvaluationContext

        if time.monotonic() < self._away_until:
            return self._last(NEW_UPLOAD_FLOW, str(user))
        context = EvaluationContext(str(user))
        found = self._client.get_boolean_details("new_upload_flow", False, context)
        if found.error_code is None:
            return self._remember(NEW_UPLOAD_FLOW, str(user), found.value)
        if found.error_code == "GENERAL":  # nobody answered; else it is the flag that is not there
            self._away_until = time.monotonic() + AWAY_SECONDS
            return self._last(NEW_UPLOAD_FLOW, str(user))
        return False

    def _remember(self, key: str, user: str, value: bool) -> bool:
        with self._lock:
            self._remembered[key, user] = (value, time.monotonic())
            self._remembered.move_to_end((key, user))
            if len(self._remembered) > MOST:
                self._remembered.popitem(last=False)
        return value

    def _last(self, key: str, user: str) -> bool:
        with self._lock:
            value, at = self._remembered.get((key, user), (False, 0.0))
        return value and time.monotonic() - at < REMEMBERED_SECONDS


def _client(url: str) -> "OpenFeatureClient":
    from openfeature import api  # late: with what it needs a tenth of a second to import
    from openfeature.contrib.provider.ofrep import OFREPProvider

    api.set_provider(OFREPProvider(url, timeout=ASK_SECONDS))
    return api.get_client("makapix")
