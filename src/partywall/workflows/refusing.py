"""What no wall can stand against, and what two would claim, before an engine makes it real."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from partywall.compose.notices.every import refusals
from partywall.compose.notices.seen import Seen
from partywall.compose.place import Sources
from partywall.model.app import Finding
from partywall.model.errors import Refused
from partywall.model.world import World
from partywall.planning import conflicts
from partywall.planning.folders import Ground, Way
from partywall.workflows.project import Project


def check(project: Project, names: Iterable[str]) -> None:
    """Refuse to make environments of these names that would reach through their walls.

    Raises:
        Refused: for the first such service, saying how many more there are.
        BadInput: when a Compose file is wrong.
    """
    names = list(names)
    found = list(in_the_way(project, names))
    if not found:
        return
    first = found[0]
    subject = f"service {first.service}: " if first.service else ""
    more = f" (and {len(found) - 1} more: `partywall init --report`)" if found[1:] else ""
    able = [name for name in names if name not in project.attachments]
    able = [name for name in able if not any(in_the_way(project, [name]))]
    alone = f"; `partywall up {able[0]}` works as it is" if able else ""
    raise Refused(f"{subject}{first.what}{more}", where=first.where, remedy=first.action + alone)


def check_conflicts(project: Project, desired: World, scope: str | None = None) -> None:
    """Refuse two things that claim the same; what an attached production claims counts as well.

    Raises:
        Refused: with both keys.
    """
    ground = Ground(
        str(project.folder), project.settings.production.name, lambda: _ways(project, scope)
    )
    theirs = project.wanted(project.attachments).entries if project.attachments else {}
    asleep = project.everyone().entries if project.asleep and scope is None else {}
    conflicts.check(World({**asleep, **theirs, **desired.entries}), scope, ground)


def _ways(project: Project, scope: str | None) -> dict[str, Way]:
    """How the newcomers get folders of their own, in the words of `init --report`."""
    production = project.settings.production.name
    names = [name for name in project.settings.environments if name != production]
    found: dict[str, Way] = {}
    for name, app in project.apps(one for one in names if scope in (None, one, production)).items():
        seen = Seen(app, Sources(project.files(name), project.folder), name)
        for service in app.services.values():
            for mount in service.mounts:
                if mount.kind == "bind":
                    where = seen.near.service(service.name, "volumes")
                    way = Way(seen.own_folder(mount.source, mount.target), where)
                    found.setdefault(mount.source.rstrip("/"), way)
    return found


def in_the_way(project: Project, names: Iterable[str]) -> Iterator[Finding]:
    """The findings that refuse an environment, each once.

    An engine that does not take definitions as they are makes none of it, and what somebody else
    made is left as it is.
    """
    if not project.engine.definitions:
        return
    mine = [name for name in names if name not in project.attachments]
    seen = set()
    for app in project.apps(mine).values():
        for one in refusals(app.findings):
            known = (one.service, one.kind, one.what)
            if known not in seen:
                seen.add(known)
                yield one
