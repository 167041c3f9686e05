"""What Caddy writes down, without headers and query strings, where credentials travel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_ENCODER = {
    "format": "filter",
    "wrap": {"format": "json"},
    "fields": {
        "request>headers": {"filter": "delete"},
        "resp_headers": {"filter": "delete"},
        "request>uri": {"filter": "regexp", "regexp": r"\?.*", "value": "?..."},
    },
}


def own_log() -> dict[str, Any]:
    """What a part does is told as any program does: the engine keeps it, and bounds it."""
    return {"logs": {"default": {"writer": {"output": "stderr"}, "encoder": _ENCODER}}}


def access_log(owner: str) -> str:
    """The name of an environment's access log, as Caddy's loggers and as its file."""
    return f"access.{owner}"


def logging(folder: str, side: str, owners: Iterable[str]) -> dict[str, Any]:
    """A side's own log, and the file of one access log for each environment.

    Each side has files of its own: one that is renamed at its size by the one would be written
    to by the other for ever.
    """
    logs = {
        access_log(owner): {
            "writer": _file(f"{folder}/{access_log(owner)}.{side}.log"),
            "encoder": _ENCODER,
            "include": [f"http.log.access.{access_log(owner)}"],
        }
        for owner in sorted(owners)
    }
    logs["default"] = {
        **own_log()["logs"]["default"],
        "exclude": ["http.log.access"],
    }
    return {"logs": logs}


def _file(name: str) -> dict[str, Any]:
    return {"output": "file", "filename": name, "roll_size_mb": 10, "roll_keep": 5}
