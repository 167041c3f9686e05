"""Keeps cookies of environments apart that answer at one host; browsers take no notice of ports.

Outside production a cookie `session` is `dev~session` in the browser. What the browser sends is
led back to `session`, without the cookies of others. Production's keep their names, so that nobody
is logged out who is logged in, and marked ones are kept from it.
"""

from __future__ import annotations

import re
from typing import Any

from partywall.model.world import COOKIE_MARK

Json = dict[str, Any]

_PREFIX = "(__Host-|__Secure-)?"
"""What browsers demand attributes by has to stay in front (RFC 6265bis, 4.1.3), in any case."""
_OWN = "\x01"
"""Stands for the separator before a cookie that is kept: no header can hold it."""
_FOREIGN = rf"(?i);[ \t]*{_PREFIX}[a-z][a-z0-9-]{{0,29}}{COOKIE_MARK}[^;]*"
_EMPTY: Json = {"vars": {"{http.request.header.Cookie}": [""]}}


def cookies(mark: str | None) -> list[Json]:
    """Handlers to stand before the proxy; none where a host has one environment alone.

    Args:
        mark: how the names begin in browsers; empty for those that keep theirs.
    """
    if mark is None:
        return []
    asked: Json = {"handler": "headers", "request": {"replace": {"Cookie": _received(mark)}}}
    bare: Json = {"handler": "headers", "request": {"delete": ["Cookie"]}}
    emptied: Json = {"handler": "subroute", "routes": [{"match": [_EMPTY], "handle": [bare]}]}
    return [asked, emptied, *([_sent(mark)] if mark else [])]


def _sent(mark: str) -> Json:
    """Deferred, which covers the answer that opens a websocket, too."""
    return {
        "handler": "headers",
        "response": {
            "deferred": True,
            # Like cookies they are for a host, whatever the port (RFC 6797 knows none).
            "delete": ["Clear-Site-Data", "Strict-Transport-Security"],
            "replace": {"Set-Cookie": [_replaced(f"(?i)^{_PREFIX}", f"${{1}}{mark}")]},
        },
    }


def _received(mark: str) -> list[Json]:
    """Every pair gets its separator in front first, so that all look alike."""
    begin = _replaced("^", ";")
    if not mark:
        return [begin, _replaced(_FOREIGN, ""), _replaced(r"^;[ \t]*", "")]
    return [
        begin,
        _replaced(rf"(?i);[ \t]*{_PREFIX}{re.escape(mark)}", f"{_OWN}${{1}}"),
        _replaced(f";[^;{_OWN}]*", ""),
        _replaced(f"^{_OWN}", ""),
        _replaced(_OWN, "; "),
    ]


def _replaced(pattern: str, by: str) -> Json:
    return {"search_regexp": pattern, "replace": by}
