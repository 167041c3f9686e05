"""What somebody wants of two environments: a goal that weighs, and requirements that exclude."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Goal(StrEnum):
    """What matters most."""

    BALANCE = "balance"
    MIGRATIONS = "migrations"
    STAGING = "staging"
    MEMORY = "memory"
    WORKFLOW = "workflow"
    SIMPLICITY = "simplicity"
    WHOLE = "whole"


WORDS = {
    Goal.BALANCE: "a second environment, nothing in particular",
    Goal.MIGRATIONS: "trying migrations before production meets them",
    Goal.STAGING: "a staging site for stakeholders",
    Goal.MEMORY: "as little memory as can be",
    Goal.WORKFLOW: "developing other code than runs",
    Goal.SIMPLICITY: "the least to know and to do",
    Goal.WHOLE: "staging, safe migrations and a protected production at once",
}
"""Each goal as a question on a terminal says it."""


class Impact(StrEnum):
    """How much production may notice of the other environment."""

    NONE = "none"
    LITTLE = "little"
    ANY = "any"


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """How much each criterion counts; only their proportions matter."""

    together: float = 2.0
    staying: float = 3.0
    walls: float = 3.0
    room: float = 2.0
    frugal: float = 0.0
    protection: float = 1.0
    migrations: float = 1.0
    code: float = 0.0
    simple: float = 1.5
    address: float = 0.5


_OF_GOALS: dict[Goal, dict[str, float]] = {
    Goal.BALANCE: {},
    Goal.MIGRATIONS: {"migrations": 8.0, "together": 0.5},
    Goal.STAGING: {"together": 5.0, "address": 2.0, "walls": 4.0},
    Goal.MEMORY: {"frugal": 12.0, "staying": 1.0, "together": 0.5},
    Goal.WORKFLOW: {},
    Goal.SIMPLICITY: {"simple": 9.0},
    Goal.WHOLE: {"together": 4.0, "protection": 4.0, "migrations": 3.0, "walls": 4.0},
}
_OF_IMPACT: dict[Impact, dict[str, float]] = {
    Impact.NONE: {"protection": 5.0, "staying": 6.0},
    Impact.LITTLE: {},
    Impact.ANY: {"protection": 0.0, "staying": 1.0},
}

_OTHER_CODE = {"code": 6.0}
_ALONE = dict.fromkeys(("together", "walls", "migrations", "code", "address"), 0.0)
"""What is of no account to who needs no second environment."""


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """Goal and requirements; None: it follows from the goal, or from the machine."""

    goal: Goal = Goal.BALANCE
    second: bool = True
    """Whether there has to be a second environment at all."""
    both: bool | None = None
    """Whether both have to answer at the same time."""
    other_code: bool | None = None
    """Whether the second one has to run other code than production."""
    second_name: bool | None = None
    """Whether a second host name can be had."""
    app_may_change: bool = True
    """Whether the app may be taught prefixes, and its SQL changed."""
    own_servers: bool = False
    """Whether nothing but a server of its own will do for production's data."""
    may_be_away: bool = True
    """Whether production may be away while the other one stands."""
    impact: Impact = Impact.LITTLE

    @property
    def wants_both(self) -> bool:
        """As said, else as the goal has it: a site that is shown has to stand."""
        if self.both is not None:
            return self.both
        return self.second and self.goal in (Goal.STAGING, Goal.WHOLE)

    @property
    def wants_other_code(self) -> bool:
        """As said, else as the goal has it."""
        if self.other_code is not None:
            return self.other_code
        return self.second and self.goal is Goal.WORKFLOW

    @property
    def weights(self) -> Weights:
        """What counts how much: the goal's over the customary ones, the impact's over both."""
        said = _OF_GOALS[self.goal] | _OF_IMPACT[self.impact]
        if self.wants_other_code:
            said |= _OTHER_CODE
        if not self.second:
            said |= _ALONE
        return msgspec.structs.replace(Weights(), **said)
