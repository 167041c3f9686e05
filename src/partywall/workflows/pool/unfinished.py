"""What was being done to a pool when it was killed: the next command brings it to its end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import msgspec

from partywall.execution import pool as record
from partywall.execution.pool import Pool, Stage
from partywall.model.errors import PartywallError
from partywall.workflows.pool import enlarging, steps, taking
from partywall.workflows.pool.ground import Ground, refuse_others


def settled(ground: Ground) -> Pool | None:
    """The pool with nothing half done, None when there is none; the pool must be held.

    Raises:
        PartywallError: when it cannot be brought to its end.
    """
    pool = record.read(ground.home)
    if pool is None or pool.stage is Stage.READY:
        return pool
    refuse_others("bring to its end what was begun with the pool", "pool show")
    return _ENDS[pool.stage](ground, pool)


def finish(ground: Ground, pool: Pool) -> Pool:
    """Make what is recorded; of a pool that cannot be made nothing is left.

    Raises:
        PartywallError: when it cannot be made.
    """
    try:
        for step in steps.STEPS:
            step(ground, pool)
    except PartywallError:
        with contextlib.suppress(PartywallError):  # what cannot be taken away stays recorded
            taking.away(ground, pool)
        raise
    return ready(ground, pool)


def enlarge(ground: Ground, pool: Pool) -> Pool:
    """Let it be as large as is recorded.

    Raises:
        PartywallError: when it cannot be; the next command tries again.
    """
    steps.mounted(ground, pool)
    enlarging.enlarge(ground, pool)
    return ready(ground, pool)


def ready(ground: Ground, pool: Pool) -> Pool:
    """Nothing is under way any more."""
    made = msgspec.structs.replace(pool, stage=Stage.READY)
    record.write(ground.home, made)
    return made


_ENDS: dict[Stage, Callable[[Ground, Pool], Pool | None]] = {
    Stage.MAKING: finish,
    Stage.GROWING: enlarge,
    Stage.REMOVING: taking.away,
}
