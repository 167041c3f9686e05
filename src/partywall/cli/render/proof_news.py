"""A proof for who hears of it only when there is something to hear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partywall.cli.render.columns import clean, sendable
from partywall.cli.render.proof_since import since_lines
from partywall.cli.render.proof_text import left_lines, probe_lines, sum_line
from partywall.cli.render.style import Style


def is_news(document: Mapping[str, Any]) -> bool:
    """Whether somebody has to know: of a hole, of a change, of what was left behind.

    Of a first proof also what could not be tried: there is nothing yet that it could be news to.
    """
    verdicts = {str(one["verdict"]) for one in document["probes"]}
    if "crossed" in verdicts or document["left"] or not verdicts - {"could not try"}:
        return True
    since = document["since"]
    return "could not try" in verdicts if since is None else bool(since["changed"])


def news_text(document: Mapping[str, Any], style: Style) -> str:
    """What is crossed, what changed, what was left behind, and the sum."""
    probes = list(document["probes"])
    shown = [one for one in probes if one["verdict"] == "crossed"]
    if document["since"] is None:
        shown += [one for one in probes if one["verdict"] == "could not try"]
    lines = [
        line
        for one in shown
        for line in probe_lines({**one, "probe": _whole(one, style)}, style, 0)
    ]
    holes = ["\n".join(lines)] if lines else []
    left = left_lines(document["left"], style)
    news = since_lines(document["since"], style)
    return sendable("\n\n".join([*holes, *news, *left, sum_line(probes, style)]), style)


def _whole(one: Mapping[str, Any], style: Style) -> str:
    return f"{clean(one['from'])} {style.symbol('to')} {clean(one['to'])}: {clean(one['probe'])}"
