"""How text is dressed for one stream: colours, symbols and width, decided once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

import msgspec

_RESET = "\x1b[0m"
_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "amber": "33",
    "blue": "34",
    "violet": "35",
    "cyan": "36",
    "white on red": "1;97;41",
}
_SYMBOLS = {
    "create": ("+", "+"),
    "change": ("~", "~"),
    "remove": ("-", "-"),
    "start": (">", ">"),
    "restart": ("↻", "o"),
    "repair": ("*", "*"),
    "good": ("✓", "ok"),
    "bad": ("✗", "X"),
    "open": ("≈", "="),
    "unsure": ("?", "?"),
    "running": ("…", "..."),
    "to": ("→", "->"),
    "none": ("—", "-"),
    "dot": ("·", "-"),
    "cut": ("…", "~"),
    "rule": ("─", "-"),
}
_CALM = ("blue", "cyan", "violet")


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream can show; the default shows plain text of any width."""

    colour: bool = False
    unicode: bool = True
    live: bool = False
    """Whether lines already printed can be printed over."""
    width: int = 0
    """Columns; 0 means that nothing is wrapped or cut."""

    def paint(self, text: str, *colours: str) -> str:
        """The text in these colours, or as it is where there are none."""
        if not (self.colour and text and colours):
            return text
        codes = ";".join(_CODES[colour] for colour in colours)
        return f"\x1b[{codes}m{text}{_RESET}"

    def symbol(self, name: str) -> str:
        """A symbol, in ASCII where the stream's encoding has no other."""
        return _SYMBOLS[name][0 if self.unicode else 1]

    def environment(self, name: str, *, production: bool, place: int = 0) -> str:
        """An environment's name: production in red, the others in calm colours by their place."""
        if production:
            return self.paint(name, "bold", "red")
        return self.paint(name, "bold", _CALM[place % len(_CALM)])


def style_for(stream: IO[str], environ: Mapping[str, str], width: int = 80) -> Style:
    """What a stream can show; `width` is the terminal's, in columns.

    `NO_COLOR` and `CLICOLOR_FORCE` are read as no-color.org and bixense.com/clicolors define them;
    the first one wins.
    """
    terminal = _is_terminal(stream) and environ.get("TERM") != "dumb"
    return Style(
        colour=_coloured(environ, terminal=terminal),
        unicode=_speaks_unicode(stream),
        live=terminal,
        width=max(width, 20) if terminal else 0,
    )


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # a closed stream has no terminal
        return False


def _coloured(environ: Mapping[str, str], *, terminal: bool) -> bool:
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return terminal and environ.get("CLICOLOR") != "0"


def _speaks_unicode(stream: IO[str]) -> bool:
    encoding = getattr(stream, "encoding", None)
    return encoding is None or encoding.lower().replace("-", "").startswith("utf")
