"""`hybrid`: P for staging, F to protect production, G for tests, H for low risks."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import Flags, LimitsBy

PRESET = Preset(
    name="hybrid",
    letter="P+F+G+H",
    title="Two stacks, a budget, snapshots and flags",
    gives=(
        "development stands beside production as in `dual`, and never takes more than its budget",
        "migrations are for snapshots, features of low risk for flags",
    ),
    costs=(
        "four things to know at once: two environments, budgets, copies and flags",
        "every service runs twice, and development runs slower than production would",
    ),
    choices={"limits": LimitsBy.BUDGET, "flags": Flags.ON},
)
