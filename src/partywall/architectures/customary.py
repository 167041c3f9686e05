"""What is customarily said of the architectures, unmeasured: shown beside what is found."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.model.ratings import (
    Complexity,
    Efficiency,
    Isolation,
    ParallelRun,
    Ratings,
    SchemaTesting,
)


def _said(*words: str) -> Ratings:
    """Both at once, data isolation, resource efficiency, schema testing, complexity."""
    both, isolation, efficiency, tests, complexity = words
    return Ratings(
        parallel_run=ParallelRun(both),
        data_isolation=Isolation(isolation),
        resource_efficiency=Efficiency(efficiency),
        schema_testing=SchemaTesting(tests),
        complexity=Complexity(complexity),
    )


RATINGS: Mapping[str, Ratings] = {
    "dual": _said("yes", "full", "medium", "yes", "high"),
    "shared": _said("yes", "database only", "high", "yes", "medium"),
    "profiles": _said("no", "full", "high", "yes", "low"),
    "branches": _said("yes", "full", "low", "yes", "medium"),
    "ports": _said("yes", "full", "medium", "yes", "low"),
    "schemas": _said("yes", "schema-level", "very high", "yes", "medium"),
    "limits": _said("yes", "full", "medium", "yes", "high"),
    "snapshots": _said("no", "full", "very high", "yes", "medium"),
    "flags": _said("n.a.", "none", "very high", "no", "medium"),
}
"""Architecture → its ratings; `hybrid` has none."""


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """For whoever wants this, that is customarily recommended."""

    goal: str
    """The name of the need."""
    wants: str
    """In words."""
    names: tuple[str, ...]
    """Any one of these does; one with ` + ` is several laid over each other."""


RECOMMENDATIONS: tuple[Recommendation, ...] = (
    Recommendation(
        goal="migrations", wants="try migrations, from continuous integration", names=("snapshots",)
    ),
    Recommendation(
        goal="staging", wants="a staging site for stakeholders", names=("dual", "ports")
    ),
    Recommendation(
        goal="memory", wants="as little memory as can be", names=("schemas", "profiles")
    ),
    Recommendation(goal="workflow", wants="develop other code than runs", names=("branches",)),
    Recommendation(goal="simplicity", wants="the least complexity", names=("shared",)),
    Recommendation(
        goal="whole", wants="staging, safe migrations, a protected production", names=("hybrid",)
    ),
)
"""Where several are named, each is recommended."""
