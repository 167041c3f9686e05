"""`partywall down`."""

from __future__ import annotations

from partywall.cli.changing import taking_away

command = taking_away("down", "Stop one environment, or all; data stay, `up` brings it back.")
