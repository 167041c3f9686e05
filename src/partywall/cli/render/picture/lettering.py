"""How wide text comes out, estimated on the safe side for any sans-serif font."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljI.,:;'|!()[]`")
_SLIM = frozenset('ftr-/ *"{}\\')
_BROAD = frozenset("mwMW@%")
_DOTS = "…"


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in user units of a text of this font size; widths are those of a broad font."""
    return sum(map(_em, text)) * size * (1.1 if bold else 1.0)


def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.4
    if letter in _SLIM:
        return 0.5
    if letter in _BROAD:
        return 1.0
    if not letter.isascii():
        return 1.05 if unicodedata.east_asian_width(letter) in "WF" else 0.75
    return 0.73 if letter.isupper() else 0.64


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """A text that fits; what does not fit is taken out of its middle, where names differ least."""
    if text_width(text, size, bold=bold) <= room:
        return text
    for kept in range(len(text) - 1, 0, -1):
        tail = kept // 2
        short = text[: kept - tail] + _DOTS + (text[-tail:] if tail else "")
        if text_width(short, size, bold=bold) <= room:
            return short
    return _DOTS
