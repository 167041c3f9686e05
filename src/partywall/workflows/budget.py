"""What environments may take and take now, and how it is shared out, as a part of `status`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partywall.axes.shares import guaranteed
from partywall.interfaces import Use
from partywall.model.world import Key, Limit, World, environment_of, name_of
from partywall.workflows.project import Project

Document = dict[str, Any]


def budgets(project: Project, observed: World, drift: Mapping[Key, str]) -> dict[str, Document]:
    """Environment → its budget: as made, else as wanted (and then not enforced)."""
    wanted = [thing for thing in project.unmade if isinstance(thing, Limit)]
    made = [thing for thing in observed.things() if isinstance(thing, Limit)]
    found = {environment_of(one.key): _document(one, None, None) for one in wanted}
    for limit in made:
        use = project.engine.use(limit)
        found[environment_of(limit.key)] = _document(limit, use, drift.get(limit.key))
    return found


def _document(limit: Limit, use: Use | None, drift: str | None) -> Document:
    now = use or Use()
    return {
        "enforced": use is not None,
        "memory_bytes": now.memory_bytes,
        "memory_limit_bytes": limit.memory_bytes,
        "memory_reserved_bytes": limit.reserved_bytes,
        "cpus": limit.cpus,
        "cores": list(limit.cores),
        "pids": now.pids,
        "pids_limit": limit.pids,
        "io_weight": limit.io_weight or None,
        "yields": limit.yields,
        "throttled_periods": now.throttled,
        "throttled_seconds": now.throttled_seconds,
        "oom_kills": now.oom_kills,
        "missing": list(now.missing),
        "drift": drift,
        "portions": _portions(limit),
    }


def _portions(limit: Limit) -> dict[str, Document]:
    cores = guaranteed(limit)
    return {
        name_of(one.key): {
            **{name: getattr(one, name) for name in one.__struct_fields__ if name != "key"},
            "cpus_guaranteed": cores[one.key],
        }
        for one in limit.portions
    }
