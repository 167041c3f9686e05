"""What the core needs from outside, and nothing about who provides it."""

from partywall.interfaces.bounds import Bounds, Burst, Vitals
from partywall.interfaces.engine import (
    BuildsEngine,
    Commons,
    EdgeProgram,
    Engine,
    EngineParts,
    Health,
    Use,
)
from partywall.interfaces.keeping import (
    Discarded,
    Exporter,
    Log,
    Logs,
    Trash,
)
from partywall.interfaces.mounted import Mounted
from partywall.interfaces.reach import (
    Agent,
    Completed,
    Contact,
    Links,
    Reach,
    Switch,
    Ways,
)
from partywall.interfaces.stand import Stand
from partywall.interfaces.succession import Held, Original, Plain, Succession
from partywall.interfaces.throwaway import ENDED, Door, Errand, Throwaway, Throwaways, Writing
from partywall.interfaces.told import Told
from partywall.interfaces.working import (
    METHOD,
    Clock,
    Journal,
    Observer,
    Performer,
    Progress,
    Records,
    SecretStore,
)

ATTACHED = "attached"
"""The folder below `home` where an engine writes what single programs alone may read."""
RENDERED = "rendered"
"""The folder below `home` where an engine writes each environment's Compose project."""
VAULTS = "vaults"
"""The folder among what a machine's projects have in common where each project's vaults are."""

__all__ = [
    "ATTACHED",
    "ENDED",
    "METHOD",
    "RENDERED",
    "VAULTS",
    "Agent",
    "Bounds",
    "BuildsEngine",
    "Burst",
    "Clock",
    "Commons",
    "Completed",
    "Contact",
    "Discarded",
    "Door",
    "EdgeProgram",
    "Engine",
    "EngineParts",
    "Errand",
    "Exporter",
    "Health",
    "Held",
    "Journal",
    "Links",
    "Log",
    "Logs",
    "Mounted",
    "Observer",
    "Original",
    "Performer",
    "Plain",
    "Progress",
    "Reach",
    "Records",
    "SecretStore",
    "Stand",
    "Succession",
    "Switch",
    "Throwaway",
    "Throwaways",
    "Told",
    "Trash",
    "Use",
    "Vitals",
    "Ways",
    "Writing",
]
