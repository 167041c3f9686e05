"""What was found, laid out for those who judge it; pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from partywall.data.postgres.schemas.item import Drift
from partywall.data.postgres.tracing.commands import Command
from partywall.data.postgres.tracing.holding import Taken, taken
from partywall.data.postgres.tracing.reading import shortened
from partywall.data.postgres.tracing.relations import Relation, Tables
from partywall.rehearsal import sides
from partywall.rehearsal import thresholds as t
from partywall.rehearsal.findings import Findings, Ran
from partywall.rehearsal.reasons import Kind, Reason
from partywall.rehearsal.seen import changes


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    findings: Findings
    mine: tuple[Command, ...]
    """The migration's commands."""
    theirs: tuple[Command, ...]
    """Those of visitors."""
    taken: tuple[Taken, ...]
    """The migration's locks on tables that were there before."""
    drifts: tuple[Drift, ...]

    @property
    def ran(self) -> Ran:
        """The run that was watched."""
        return self.findings.ran

    @property
    def tables(self) -> Tables:
        """As they were before."""
        return self.ran.before.tables


def case(findings: Findings) -> Case:
    """Laid out."""
    ran, traced = findings.ran, findings.ran.traced
    mine, theirs = sides.apart(traced.commands, ran.began, traffic=ran.traffic is not None)
    return Case(
        findings=findings, mine=mine, theirs=theirs,
        taken=taken(mine, ran.before.tables, traced.held, traced.gone),
        drifts=changes(ran.before, ran.after),
    )  # fmt: skip


def about(
    command: Command | None, kind: Kind, what: str, remedy: str = "", table: str = ""
) -> Reason:
    """A reason that names a command."""
    number, text = (command.number, shortened(command.text)) if command else (None, "")
    return Reason(kind=kind, what=what, remedy=remedy, statement=number, text=text, table=table)


def is_large(table: Relation) -> bool:
    """Whether to read or write it whole takes its time."""
    return table.rows >= t.MANY_ROWS or table.bytes >= t.MANY_BYTES


def longest(commands: Iterable[Command]) -> Command | None:
    """The one that took most time."""
    return max(commands, key=lambda one: one.seconds, default=None)
