"""F, `limits`: a bound on what an environment takes of the machine, laid over any other."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import LimitsBy

PRESET = Preset(
    name="limits",
    letter="F",
    title="A budget for every environment but production",
    gives=(
        "development can never take more than its share of cores, memory and processes",
        "part of its memory is reserved, so that it starts even on a busy machine",
    ),
    costs=(
        "development runs slower than production would on the same machine",
        "a limit may hide a real problem: watch throttled time and processes killed for memory",
    ),
    choices={"limits": LimitsBy.BUDGET},
    overlay=True,
)
