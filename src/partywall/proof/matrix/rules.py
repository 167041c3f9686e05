"""The thresholds as a table to read: which word follows from what; made of the constants."""

from __future__ import annotations

from partywall.model.ratings import (
    Complexity,
    Efficiency,
    Isolation,
    ParallelRun,
    SchemaTesting,
)
from partywall.proof.matrix import thresholds as t

Rule = tuple[str, str, str]
"""Rating, word, and when it is given."""


def rules() -> list[Rule]:
    """Every word of every rating, in the order in which they are tried."""
    return [(rating, str(word), when) for rating, said in _SAID.items() for word, when in said]


_MOMENTS = "every moment" if t.BOTH == 1 else f"{t.BOTH * 100:g} % of the moments"
_WALLS = ", ".join(t.DATA_WALLS)
_POINTS = ", ".join(
    f"{points:g} for {what}"
    for points, what in (
        (t.A_COPY, "as many programs again as production alone has"),
        (t.A_LINE, "a line of settings beyond those of `dual`"),
        (t.A_RIGHT, "a right inside a shared server"),
        (t.BY_HAND, "a step by hand"),
    )
)
_SAID: dict[str, tuple[tuple[str, str], ...]] = {
    "parallel_run": (
        (ParallelRun.NOT_APPLICABLE, "there is no second environment"),
        (ParallelRun.YES, f"both answered at {_MOMENTS} at which both were asked"),
        (ParallelRun.NO, "otherwise"),
    ),
    "data_isolation": (
        (Isolation.CROSSED, "any attempt of any probe came through"),
        (Isolation.NONE, "there is no second environment"),
        (Isolation.SCHEMA, "rows of both are in one database"),
        (
            Isolation.DATABASE,
            (
                f"something is shared by design at a wall of data ({_WALLS}), "
                "or a place with data is used by both"
            ),
        ),
        (
            Isolation.FULL,
            (
                "an attempt held at every wall of data that was tried, "
                "or each place with data is one environment's own"
            ),
        ),
        (Isolation.NONE, "otherwise: nothing shows that data are apart"),
    ),
    "resource_efficiency": (
        (
            Efficiency.VERY_HIGH,
            f"memory of all is up to {t.VERY_HIGH:.2f} times that of production alone",
        ),
        (Efficiency.HIGH, f"up to {t.HIGH:.2f} times"),
        (Efficiency.MEDIUM, f"up to {t.MEDIUM:.2f} times"),
        (Efficiency.LOW, "otherwise"),
        (
            "one step less",
            f"checkouts take more than {t.CHECKOUTS * 100:g} % of production's disk",
        ),
    ),
    "schema_testing": (
        (
            SchemaTesting.YES,
            "a migration ran in development, and production's schema stayed as it was",
        ),
        (SchemaTesting.NO, "otherwise"),
    ),
    "complexity": (
        (
            Complexity.LOW,
            f"up to {t.LOW:g} points: {_POINTS}",
        ),
        (Complexity.MEDIUM, f"up to {t.FAIR:g} points"),
        (Complexity.HIGH, "otherwise"),
    ),
}
