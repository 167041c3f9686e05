"""Single walls of a project that stands, proved in this process."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from partywall.proof import probes
from partywall.proof.probe import Verdict
from partywall.proof.prove import Report
from partywall.workflows.opening import Where, open_project
from partywall.workflows.prove import prove


def proved(folder: Path, *walls: str, commons: Path | None = None) -> Report:
    """What the probes of these walls say; nothing may be left behind.

    Args:
        folder: the project's.
        walls: names of probes.
        commons: where the edge is, if not at the customary place.
    """
    chosen = tuple(probe for probe in probes.found() if probe.name in walls)
    assert len(chosen) == len(walls), walls
    placed = {"PARTYWALL_COMMONS": str(commons)} if commons else {}
    with patch.object(probes, "found", lambda: chosen), patch.dict(os.environ, placed):
        report, notes = prove(open_project(Where(folder=folder)))
    assert (report.left, notes) == ((), []), (report.left, notes)
    return report


def crossed(report: Report) -> set[tuple[str, str, str]]:
    """Wall and ends of what is crossed."""
    rows = [row for row in report.probes if row.verdict is Verdict.CROSSED]
    return {(row.probe, row.start, row.to) for row in rows}


def table(report: Report) -> str:
    """All of it, for a test that fails."""
    return "\n".join(
        f"{row.verdict.value:16} {row.probe} {row.start} → {row.to}: {row.tried} | {row.answer}"
        for row in report.probes
    )
