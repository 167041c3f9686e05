"""The installation: nothing half done, nobody else at work, no drift."""

from __future__ import annotations

from collections.abc import Iterator

from partywall.execution import history
from partywall.model.errors import PartywallError
from partywall.model.world import environment_of
from partywall.workflows import sharing
from partywall.workflows.change import Goal, planned, resume
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.leave import record as leaving
from partywall.workflows.project import Project
from partywall.workflows.schema import record as copies
from partywall.workflows.take_over import record


def unfinished(project: Project) -> Iterator[Finding]:
    """Journal: no run was left half done."""
    run = history.unfinished(project.home)
    if (broken := record.read(project.home)) is not None:
        name = broken.operation.environment
        yield finding(
            "journal",
            f"a take-over of {name} broke off (at: {broken.stage})",
            "`partywall resume --back` lets the originals serve again, "
            f"`partywall take-over {name}` starts over",
        )
    elif (leaves := leaving.read(project.home)) is not None:
        yield finding(
            "journal",
            f"handing back {leaves.production} broke off, and it may be away",
            f"`partywall resume --back` brings {leaves.production} back, "
            "`partywall leave` starts over",
        )
    elif run is not None and _is_due(project):
        yield finding(
            "journal",
            f"`partywall {run.head.verb}` was left half done",
            "`partywall resume` goes on, `partywall resume --back` takes it back",
        )


def half_copied(project: Project) -> Iterator[Finding]:
    """Journal: no copy of tables was left half done."""
    for name in project.settings.environments:
        if sharing.holder(project, name) is None and (left := copies.read(project.home, name)):
            yield finding(
                "journal",
                f"a `schema {left.verb}` into {name} broke off; its tables are whole",
                f"`partywall up {name}` removes what it left on its way",
                environment=name,
                level="warning",
            )


def _is_due(project: Project) -> bool:
    """Whether anything is left of it to do; other commands may have done it since."""
    try:
        return bool(planned(project, resume(project, back=False)))
    except PartywallError:
        return True


def locks(project: Project) -> Iterator[Finding]:
    """Lock: nobody else is changing this installation."""
    for name in (*project.settings.environments, "machine"):
        holder = sharing.holder(project, name)
        if holder is not None:
            yield finding("lock", f"{name} is being changed by {holder}", "wait", level="note")


def drift(project: Project) -> Iterator[Finding]:
    """Drift: what stands is what the files say."""
    observed = project.observer.observe()
    for name in project.settings.environments:
        if name not in observed.environments():
            continue
        scope = None if name in project.asleep else name
        for step in planned(project, Goal(verb="up", scope=scope)).steps:
            if environment_of(step.key) == name and not step.only_waits:
                yield finding(
                    "drift",
                    f"{step.key}: {step.why}",
                    f"`partywall up{f' {scope}' if scope else ''}` brings it to what the files say",
                    environment=name,
                    level="warning",
                )
