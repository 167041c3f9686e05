"""The page's colours for light and dark surroundings, by what they are for."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#faf9f6",
    "card": "#ffffff",
    "ink": "#1b2129",
    "soft": "#59616c",
    "line": "#dedbd3",
    "link": "#1f5fa8",
    "otherwise": "#8a4b00",
    "tint": "#fdf3e1",
    "bad": "#b32424",
    "track": "#efede7",
    "mark": "#1b2129",
    "production": "#c0543c",
    "place0": "#3a74b5",
    "place1": "#7a5cb0",
    "place2": "#2a8270",
    "shared": "#a87a12",
    "machine": "#7d8590",
}
DARK: Mapping[str, str] = {
    "paper": "#12151a",
    "card": "#191d24",
    "ink": "#e9ecf0",
    "soft": "#a6afbb",
    "line": "#2e343d",
    "link": "#83b4f2",
    "otherwise": "#f0b65a",
    "tint": "#2b2414",
    "bad": "#ff8f88",
    "track": "#232830",
    "mark": "#e9ecf0",
    "production": "#de7b62",
    "place0": "#6ba4e4",
    "place1": "#ab8fe0",
    "place2": "#58b8a0",
    "shared": "#d9b65f",
    "machine": "#8b95a3",
}
TEXT = ("ink", "soft", "link", "otherwise", "bad")
"""What words are written in: these have to be told from what is behind them by a ratio of 4.5."""
GROUNDS = ("paper", "card", "tint")
"""What words are written on."""
SHAPES = ("production", "place0", "place1", "place2", "shared", "machine", "mark")
"""What bars are drawn in, on `track` and on `card`: a ratio of 3."""


def variables(colours: Mapping[str, str]) -> str:
    """Colours as a style sheet names them."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())
