"""What was sent from here, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from partywall.cli.render.amounts import memory
from partywall.cli.render.columns import clean, table
from partywall.cli.render.style import Style
from partywall.workflows.sending.record import Sent


def sent_text(one: Sent, style: Style) -> str:
    """What has just been sent."""
    begun, ended = one.begun, one.ended
    size = memory(ended.bytes) if ended else ""
    what = "with its rows, unmasked" if begun.rows else "without rows"
    lines = [
        f"{style.paint(style.symbol('good'), 'green')} {clean(begun.target)}  {size}",
        f"  database {clean(begun.database)} of {begun.snapshot}, {what}",
        "  `pg_restore --no-owner --dbname=…` brings it into another server",
    ]
    return "\n".join(lines)


def all_sent_text(found: Sequence[Sent]) -> str:
    """Everything that was ever sent, the oldest first."""
    if not found:
        return "nothing was sent"
    return "\n".join(table([_row(one) for one in found]))


def _row(one: Sent) -> tuple[str, ...]:
    begun, ended = one.begun, one.ended
    moment = datetime.fromtimestamp(begun.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    what = "rows, unmasked" if begun.rows else "no rows"
    size = memory(ended.bytes) if ended else ""
    home = f"{begun.environment} {begun.snapshot}"
    return (moment, clean(begun.owner.user), home, what, size, clean(begun.target), one.state)


def sent_document(one: Sent) -> dict[str, Any]:
    """One for scripts."""
    begun, ended = one.begun, one.ended
    return {
        "id": begun.id,
        "state": one.state,
        "snapshot": begun.snapshot,
        "environment": begun.environment,
        "database": begun.database,
        "target": begun.target,
        "user": begun.owner.user,
        "rows": begun.rows,
        "said": begun.said,
        "begun": begun.at,
        "ended": ended.at if ended else None,
        "bytes": ended.bytes if ended else None,
        "sha256": ended.sha256 if ended else None,
        "why": ended.why if ended else "",
    }
