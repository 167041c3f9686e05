"""An error for people: what is wrong, where, what to do."""

from __future__ import annotations

from partywall.cli.render.columns import clean, hang, sendable
from partywall.cli.render.style import Style
from partywall.model.errors import PartywallError


def error_text(error: PartywallError, style: Style) -> str:
    """The error in one to three parts; every further line of what it says is indented."""
    what, *more = error.what.splitlines() or [type(error).__name__]
    lines = hang(f"{style.paint('error', 'bold', 'red')}: ", clean(what), style)
    for line in more:
        lines += hang("       ", clean(line), style)
    lines += [f"  | {clean(line)}" for line in error.detail]
    if error.where is not None:
        lines.append(f"  {style.paint('at', 'dim')}: {clean(error.where)}")
    if error.remedy:
        lines += hang(f"  {style.paint('do', 'green')}: ", clean(error.remedy), style)
    return sendable("\n".join(lines), style)
