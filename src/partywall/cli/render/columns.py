"""Text measured in terminal columns: cleaned, cut, padded, wrapped and set in tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from partywall.cli.render.style import Style
from partywall.model.secret import hide

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_INVISIBLE = frozenset({"Mn", "Me", "Cf"})
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of what follows; a name has no use for them."""


def clean(text: object) -> str:
    """A value as one harmless line: no secret, no control character, no turn of direction."""
    line = " ".join(hide(str(text)).split())
    return _TURNING.sub("", "".join(_visible(letter) for letter in line))


def last_line(text: object) -> str:
    """What was said last: of a traceback or a log the line that says what went wrong."""
    lines = [line for line in str(text).splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _visible(letter: str) -> str:
    return f"<{ord(letter):02X}>" if unicodedata.category(letter) in _CONTROL else letter


def columns(text: str) -> int:
    """How many columns a text takes; colours take none, wide letters two."""
    return sum(map(_columns, _ANSI.sub("", text)))


def _columns(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, width: int, style: Style) -> str:
    """A text without colours in at most `width` columns; 0 cuts nothing."""
    if not width or columns(text) <= width:
        return text
    end = style.symbol("cut")
    return f"{_fitting(text, width - columns(end)).rstrip()}{end}"


def _fitting(text: str, width: int) -> str:
    taken = 0
    for index, letter in enumerate(text):
        taken += _columns(letter)
        if taken > width:
            return text[:index]
    return text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """A text filled up with spaces to `width` columns."""
    space = " " * max(0, width - columns(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` columns, broken between words; 0 wraps nothing.

    A word longer than a line keeps a line of its own: half an address helps nobody.
    """
    if width <= 0:
        return [text]
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if columns(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def hang(head: str, text: str, style: Style) -> list[str]:
    """A text after a head, with its further lines below its first word."""
    indent = columns(head)
    room = max(20, style.width - indent) if style.width else 0
    first, *others = wrap(text, room)
    return [f"{head}{first}".rstrip(), *(" " * indent + line for line in others)]


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Rows with their columns two spaces apart; those numbered in `right` end together."""
    if not rows:
        return []
    widths = [max(columns(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(pad(cell, widths[at], right=at in right) for at, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def sendable(text: str, style: Style) -> str:
    """A text as the stream can take it: in ASCII where its encoding has nothing else."""
    if style.unicode:
        return text
    return text.replace("→", "->").encode("ascii", "replace").decode()


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 step`, `2 steps`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
