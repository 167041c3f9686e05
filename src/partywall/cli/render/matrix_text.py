"""The figures of `matrix` as a table for people."""

from __future__ import annotations

from typing import Any

from partywall.cli.render.columns import clean, sendable
from partywall.cli.render.style import Style

Document = dict[str, Any]
_MIB = 1 << 20
_HEAD = ("", "BOTH", "CROSSED", "MEMORY", "DISK", "IDLE", "RUN", "UP", "MIGRATION", "P99", "GAP")


def matrix_text(document: Document, style: Style) -> str:
    """A row for each architecture, and below it what was not measured."""
    rows: list[tuple[str, ...]] = [_HEAD]
    rows += [_row(name, one["figures"]) for name, one in document["architectures"].items()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines[0] = style.paint(lines[0], "dim")
    lines += [
        f"{style.paint(style.symbol('bad'), 'red')} {name} not measured: {clean(why)}"
        for name, why in document["not_measured"].items()
    ]
    return sendable("\n".join(lines), style)


def _row(name: str, figures: Document) -> tuple[str, ...]:
    taken, alone = figures["taken"], figures["alone"]
    memory, without = (sum(one["memory_bytes"].values()) for one in (taken, alone))
    parallel, migration = figures["parallel"], figures["migration"]
    gaps = [f"{one['kind']} {one['gap_seconds']:.1f} s" for one in figures["changes"]]
    return (
        name,
        f"{parallel['both']}/{parallel['asked']}" if parallel["asked"] else "-",
        str(len(figures["walls"]["crossed"])),
        f"{memory / _MIB:.0f} MiB (x{memory / without:.2f})",
        f"{(taken['data_bytes'] + taken['files_bytes']) / _MIB:.0f} MiB",
        f"{taken['idle_cores'] * 100:.1f} %",
        str(taken["running"]),
        f"{taken['up_seconds']:.0f} s",
        _migration(migration),
        " ".join(_burn(one) for one in figures["burns"]) or "-",
        ", ".join(gaps) or "-",
    )


def _migration(said: Document) -> str:
    if not said["tried"]:
        return "not tried"
    if said["production_changed"]:
        return "changed production"
    return "yes" if said["worked"] else "failed"


def _burn(said: Document) -> str:
    return said["word"] if said["ratio"] is None else f"x{said['ratio']:.2f} ({said['word']})"
