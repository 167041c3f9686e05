"""A rollout as the command line asks for it; pure."""

from __future__ import annotations

from partywall.compose import quantity
from partywall.flags.climbing import After, Bounds, Climb
from partywall.flags.health import LEAST
from partywall.flags.percents import steps
from partywall.model.errors import BadInput

_EXAMPLE = "write for example `1,10,50,100 --every 1h`"


def climb(  # noqa: PLR0913  (one per option of the command)
    percents: str,
    every: str,
    now: float,
    *,
    most_errors: float | None = None,
    most_above: float | None = None,
    least: int | None = None,
    back: bool = False,
) -> Climb:
    """A rollout that begins now.

    Raises:
        BadInput: when it cannot be climbed so.
    """
    if not every:
        raise BadInput("it is not said how long each step is kept", remedy=_EXAMPLE)
    try:
        return Climb(
            steps=steps(percents),
            hold_seconds=quantity.seconds(every),
            started=now,
            since=now,
            bounds=Bounds(
                most_errors=most_errors,
                most_above=most_above,
                least_requests=LEAST if least is None else least,
            ),
            after=After.BACK if back else After.STAY,
        )
    except ValueError as error:
        raise BadInput(str(error), remedy=_EXAMPLE) from error
