"""What several projects of a machine have in common: one edge, taken from nobody."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from partywall.edge import tenants
from partywall.edge.tenants import Tenant
from partywall.execution.lock import Holder, Locks
from partywall.model.errors import Refused
from partywall.model.plan import Plan
from partywall.model.world import MACHINE
from partywall.planning.lent import spare
from partywall.workflows.project import Project


def check(project: Project) -> None:
    """See that all who share the edge want the same of it.

    Raises:
        Refused: naming who else decided, and what.
    """
    if not project.engine.common_edge:
        return
    for other in tenants.of(project.edge).values():
        if other.project == project.settings.project:
            _refuse_namesake(project, other)
        else:
            _refuse_other_wishes(project, other)


def _refuse_namesake(project: Project, other: Tenant) -> None:
    here = str(project.folder)
    if other.project_id not in ("", project.project_id) and other.folder != here:
        raise Refused(
            f"another project of this machine is called `{other.project}` too: {other.folder}",
            where=project.settings.where("project"),
            remedy="give this one another name: `project: …` in partywall.yaml",
        )


def _refuse_other_wishes(project: Project, other: Tenant) -> None:
    mine = tenants.said(project.edge_wanted.settings)
    differ = tenants.differences(mine, other.said)
    if not differ:
        return
    theirs = ", ".join(_line(word, other.said[word]) for word in differ)
    ours = ", ".join(_line(word, mine[word]) for word in differ)
    raise Refused(
        f"one edge answers for every project of this machine: {other} has made it with {theirs}; "
        f"here it would be {ours}",
        where=project.settings.where(*differ[0].split(".")),
        remedy=f"say `{theirs}` in partywall.yaml here, or change it there and here: "
        "`partywall down --all` there first",
    )


def _line(word: str, value: str) -> str:
    return f"{word}: {value or 'nothing'}"


def spared(project: Project, plan: Plan) -> Plan:
    """The plan, without what would take the edge from other projects."""
    if not project.engine.common_edge:
        return plan
    return spare(plan, list(map(str, tenants.others(project.edge, project.settings.project))))


def register(project: Project) -> None:
    """Write down that this project is about to have routes, and what it wants of the edge."""
    if project.engine.common_edge:
        tenants.register(
            project.edge,
            Tenant(
                project=project.settings.project,
                project_id=project.project_id,
                folder=str(project.folder),
                said=tenants.said(project.edge_wanted.settings),
            ),
        )


def leave(project: Project) -> None:
    """Forget this project where it has no routes any more."""
    if project.engine.common_edge:
        tenants.forget(project.edge, project.settings.project)


@contextlib.contextmanager
def hold(project: Project, names: Iterable[str], verb: str) -> Iterator[None]:
    """Hold the locks of environments, and of what is the machine's: that last.

    Raises:
        Refused: when somebody holds one of them.
    """
    wanted = set(names)
    with contextlib.ExitStack() as held:
        held.enter_context(Locks(project.home).hold(wanted - {MACHINE}, verb))
        if MACHINE in wanted:
            held.enter_context(_of_machine(project).hold([MACHINE], verb))
        yield


def holder(project: Project, name: str) -> Holder | None:
    """Who holds a lock."""
    locks = _of_machine(project) if name == MACHINE else Locks(project.home)
    return locks.holder(name)


def _of_machine(project: Project) -> Locks:
    common = project.engine.common_edge
    return Locks(project.commons.folder if common else project.home)
