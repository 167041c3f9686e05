"""What a visitor sees when an application, or what leads to it, does not answer."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_DOWN = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not answering</title>
<h1>This site is not answering</h1>
<p>The application behind this address is down or still starting. Try again in a few seconds.</p>
</html>
"""
_AWAY = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Away</title>
<h1>This site is away</h1>
<p>It is switched off for now, or about to be switched on. Try again later.</p>
</html>
"""
AWAY: Json = {
    "handler": "static_response",
    "status_code": 503,
    "headers": {
        "Content-Type": ["text/html; charset=utf-8"],
        "Cache-Control": ["no-store"],
        "Retry-After": ["10"],
    },
    "body": _AWAY,
}
"""What answers for an environment that does not stand."""
ERRORS: Json = {
    "routes": [
        {
            "match": [{"vars": {"{http.error.status_code}": ["502", "503", "504"]}}],
            "handle": [
                # The visitor sees no reason, so the access log has to.
                {"handler": "log_append", "key": "error", "value": "{http.error.message}"},
                {
                    "handler": "static_response",
                    "status_code": "{http.error.status_code}",
                    "headers": {
                        "Content-Type": ["text/html; charset=utf-8"],
                        "Cache-Control": ["no-store"],
                        "Retry-After": ["5"],
                    },
                    "body": _DOWN,
                },
            ],
            "terminal": True,
        },
        {
            "handle": [
                {
                    "handler": "static_response",
                    "status_code": "{http.error.status_code}",
                    "headers": {"Content-Type": ["text/plain; charset=utf-8"]},
                    "body": "{http.error.status_code} {http.error.status_text}\n",
                }
            ]
        },
    ]
}
