"""The proof of the wall, one line per probe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from partywall.cli.render.columns import clean, count, hang, pad, sendable
from partywall.cli.render.proof_since import since_lines
from partywall.cli.render.style import Style

_VERDICTS = {
    "held": ("good", "green"),
    "crossed": ("bad", "red"),
    "shared by design": ("open", "amber"),
    "could not try": ("unsure", "amber"),
}
_WIDEST = max(map(len, _VERDICTS))
Probe = Mapping[str, Any]


def proof_text(document: Mapping[str, Any], style: Style) -> str:
    """The document of `prove --json` for people."""
    probes: list[Probe] = list(document.get("probes") or ())
    pairs: dict[tuple[str, str], list[Probe]] = {}
    for probe in probes:
        pairs.setdefault((str(probe["from"]), str(probe["to"])), []).append(probe)
    blocks = ["\n".join(_pair(pair, group, style)) for pair, group in pairs.items()]
    left = left_lines(document.get("left") or (), style)
    stands = _stands(document.get("stands") or {}, style)
    news = since_lines(document.get("since"), style)
    return sendable("\n\n".join([*blocks, *stands, *left, *news, sum_line(probes, style)]), style)


def _stands(stands: Mapping[str, Sequence[str]], style: Style) -> list[str]:
    """From where it was tried, unless all of an environment is in one position."""
    lines = [
        line
        for environment, several in stands.items()
        if list(several) != [environment]
        for line in hang(
            f"inside {clean(environment)}  ",
            f"as {', '.join(clean(one).partition('/')[2] for one in several)}; "
            "no other of its containers sees or may do more",
            style,
        )
    ]
    return ["\n".join(lines)] if lines else []


def left_lines(sentences: Iterable[object], style: Style) -> list[str]:
    """What a proof made and could not take back: somebody has to know."""
    symbol = style.paint(style.symbol("unsure"), "amber")
    lines = [
        line for said in sentences for line in hang(f"{symbol} left behind  ", clean(said), style)
    ]
    return ["\n".join(lines)] if lines else []


def _pair(pair: tuple[str, str], probes: list[Probe], style: Style) -> Iterable[str]:
    inside, other = map(clean, pair)
    title = f"{inside} {style.symbol('to')} {other}"
    yield style.paint(title, "bold")
    widest = max(len(clean(probe["probe"])) for probe in probes)
    for probe in probes:
        yield from probe_lines(probe, style, widest)


def probe_lines(probe: Probe, style: Style, widest: int) -> list[str]:
    """One attempt, its wall in a column of this width."""
    verdict = clean(probe["verdict"])
    symbol, colour = _VERDICTS.get(verdict, ("unsure", "amber"))
    words = style.paint(pad(f"{style.symbol(symbol)} {verdict}", _WIDEST + 3), colour)
    head = f"  {words} {pad(clean(probe['probe']), widest)}  "
    answer = clean(probe.get("answer") or "")
    tried = clean(probe.get("tried") or "")
    arrow = f" {style.symbol('to')} " if tried and answer else ""
    return hang(head, f"{tried}{arrow}{answer}", style)


def sum_line(probes: Sequence[Probe], style: Style) -> str:
    """How many attempts came to what."""
    if not probes:
        return "nothing was tried"
    found = Counter(str(probe["verdict"]) for probe in probes)
    order = [*_VERDICTS, *sorted(found.keys() - _VERDICTS.keys())]
    parts = ", ".join(f"{found[verdict]} {clean(verdict)}" for verdict in order if found[verdict])
    line = f"{count(len(probes), 'probe')}: {parts}"
    sure = len(probes) == found["held"] + found["shared by design"]
    return style.paint(line, "bold", "red" if found["crossed"] else "green" if sure else "amber")
