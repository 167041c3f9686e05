"""G, `snapshots`: production alone; a copy of it is thrown up for a test."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import Presence

PRESET = Preset(
    name="snapshots",
    letter="G",
    title="Production alone, and a copy of it for each test",
    gives=(
        "production has the machine to itself: nothing stands beside it between tests",
        "a test never sees production's own server, only a copy",
    ),
    costs=(
        "a copy that shares no blocks takes time and disk, as much as production's data are large",
        "there is no standing development site to show to anybody",
        "a copy holds personal data unless it is masked",
    ),
    choices={"presence": Presence.ON_DEMAND},
    laid={},
)
