"""P, `dual`: two whole stacks behind one Caddy."""

from __future__ import annotations

from partywall.architectures.preset import Preset

PRESET = Preset(
    name="dual",
    letter="P",
    title="Two whole stacks behind one Caddy",
    gives=(
        "production and development stand at the same time, each at its own domain",
        "a database server, a cache, a broker and a vault for each: nothing is shared but the edge",
        "either one can be stopped, broken or removed without the other noticing",
    ),
    costs=(
        "every service runs twice: for two environments no architecture takes more memory",
        "without `limits`, a busy development competes with production for the same machine",
    ),
    choices={},
)
