"""What an environment's user may do on a Redis that others use too; pure.

It starts from nothing. Whatever could name, count, flush or watch somebody else's keys is taken out
again: not all of that is among the commands that Redis calls dangerous.
"""

from __future__ import annotations

from partywall.model.world import KeySpace

_GIVEN = (
    *("+@read", "+@write", "+@transaction", "+@pubsub", "+@blocking", "+@connection"),
    *("+@scripting", "+time"),
)
_TAKEN = (
    *("-@admin", "-@dangerous"),
    # Names and numbers of keys that are not its own.
    *("-scan", "-randomkey", "-dbsize", "-memory", "-pubsub"),
    *("-client|tracking", "-client|trackinginfo", "-client|caching"),
    # What would act on everybody at once.
    *(
        "-move",
        "-swapdb",
        "-function",
        "-fcall",
        "-fcall_ro",
        "-script|flush",
        "-script|kill",
        "-script|debug",
    ),
)


def rules(space: KeySpace, password: str) -> tuple[str, ...]:
    """The words of `ACL SETUSER` for an environment's part, whatever the user was before."""
    mine = pattern(space)
    return ("reset", "on", f">{password}", f"~{mine}", f"&{mine}", "-@all", *_GIVEN, *_TAKEN)


def pattern(space: KeySpace) -> str:
    """What its keys and channels match: the signs of a prefix stand for themselves."""
    return "".join(f"\\{sign}" if sign in "*?[]\\^" else sign for sign in space.prefix) + "*"
