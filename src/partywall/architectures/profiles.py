"""B, `profiles`: one environment at a time on the same resources, data apart."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import Presence

PRESET = Preset(
    name="profiles",
    letter="B",
    title="One environment at a time on the same resources",
    gives=(
        "production and development have the whole machine in turn: no memory is needed twice",
        "a database server, a cache, a broker and a vault for each: no data are shared",
        "`partywall switch` goes back by itself when the other one does not become healthy",
    ),
    costs=(
        "a switch has downtime, which is measured and printed; visitors are told 503 meanwhile",
        "while development stands, production does not: nothing can be compared side by side",
        "the wall cannot be proved live: from a sleeping environment nothing can be tried",
    ),
    choices={"presence": Presence.SWITCHED},
)
