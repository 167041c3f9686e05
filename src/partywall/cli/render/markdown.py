"""Text that Markdown shows as it is, in one line or in a cell of a table."""

from __future__ import annotations

import re

from partywall.cli.render.columns import clean

_CODE = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"[\\*\[\]<>&~`]|(?<![^\W_])_|_(?![^\W_])")
"""An underscore between two letters or digits is none of Markdown's."""


def cell(value: object) -> str:
    """In a table."""
    return line("" if value is None else value).replace("|", "\\|")


def line(value: object) -> str:
    """One line in which only what stands between backticks is code, and nothing else is marked."""
    pieces = _CODE.split(clean(value))
    return "".join(
        piece if at % 2 else _SPECIAL.sub(r"\\\g<0>", piece) for at, piece in enumerate(pieces)
    )


def code(value: object) -> str:
    """One line as code, whatever backticks are in it."""
    text = clean(value)
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""
