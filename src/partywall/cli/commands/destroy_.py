"""`partywall destroy`."""

from __future__ import annotations

from partywall.cli.changing import taking_away

command = taking_away(
    "destroy", "Remove one environment, or all; data go to the trash for a while."
)
