"""C, `branches`: a checkout of its own for every environment."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import Source

PRESET = Preset(
    name="branches",
    letter="C",
    title="A checkout and a whole stack for every branch",
    gives=(
        "each environment is made from its own branch: other code, services and migrations",
        "production moves when you pull it, to a commit that the plan shows first",
        "a preview of any branch: an environment with an address, a password and data of its own",
        "a preview whose time is over goes by itself and leaves nothing behind",
    ),
    costs=(
        "a clone of the files and a whole stack for each: the most disk, and the memory of `dual`",
        "branches drift apart: `partywall drift` shows how far, nothing brings them together",
        "what is not committed is in no environment, except env files of the project's folder",
        "`partywall.yaml` is the one of the project's folder, the same for all branches",
    ),
    choices={"source": Source.BRANCH},
)
