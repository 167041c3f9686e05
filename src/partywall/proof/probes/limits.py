"""Wall `limits`: what an environment may take of the machine, read back and tried."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from partywall.interfaces import Bounds, Burst, Vitals
from partywall.model.errors import BadInput
from partywall.model.world import SHARED, Limit, environment_of, name_of, quota
from partywall.proof.case import Answer, Case
from partywall.proof.inside.answer import DONE, REFUSED, Ask
from partywall.proof.logins import said
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict

_MIB = 1 << 20
_CHUNK = 4 * _MIB
_SLACK = 1.15
"""A count of processors' time is kept to by the tenth of a second, and measured from outside."""
_SECONDS = 1.2
_MOST_PROCESSES = 48
_REACHED = 0.3
"""The part of a quota that has to be had at least, or else the quota was not tried."""
_LEAST = 0.25
"""The part of a bound of memory that has to be given at least."""


def across(case: Case) -> Iterable[Attempt]:
    """Where everything of it runs and within what; then a burst that wants more than it may."""
    own = case.own.environment
    limit = case.premises.limits.get(own)
    if limit is None:
        if own != case.premises.production:
            tried = "take all memory and all processors of the machine"
            words = "not tried: it has no budget (`+ limits` in the architecture gives it one)"
            yield case.attempt(Verdict.SHARED, tried, words)
        return
    if why := case.premises.world.why_unknown(limit.key):
        raise CouldNotTry(why)
    bounds = case.run.once(f"bounds/{own}", lambda: case.premises.reach.bounds(limit))
    if bounds is None:
        tried = f"take more of the machine than {_size(limit)}"
        words = "not tried: nobody holds it to its budget here, which is shown and not enforced"
        yield case.attempt(Verdict.SHARED, tried, words)
        return
    yield _placed(case, limit, bounds)
    yield _within(case, limit, bounds)
    if bounds.inside:
        yield from _burnt(case, limit)
    else:  # a burst would make the group, and leave it behind
        tried = f"take more of the machine than {_size(limit)}"
        words = f"nothing of {own} is held to it: the budget is not in force"
        yield case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    yield from _worked_for(case)


def _placed(case: Case, limit: Limit, bounds: Bounds) -> Attempt:
    tried = "run something outside of its budget's group or on other cores"
    if bounds.outside:
        return case.attempt(Verdict.CROSSED, tried, "; ".join(bounds.outside))
    if not bounds.inside:
        raise CouldNotTry(f"nothing of {case.own.environment} runs that could be outside")
    named = ", ".join(name_of(key) for key in bounds.inside)
    where = f" on {_cores(limit.cores)}" if limit.cores else ""
    return case.attempt(Verdict.HELD, tried, f"all of it is inside{where}: {named}")


def _within(case: Case, limit: Limit, bounds: Bounds) -> Attempt:
    tried = f"find a bound that the kernel has otherwise than {_size(limit)}"
    words = "; ".join(bounds.faults) or "none: read back for the group and for each container"
    return case.judged(bool(bounds.faults), tried, words)


def _burnt(case: Case, limit: Limit) -> Iterable[Attempt]:
    """Once per environment: what others have of it is seen in all of them."""
    burst, memory, cpus, killed = case.run.once(
        f"burst/{case.own.environment}", lambda: _burn(case, limit)
    )
    hurt = killed.get(case.own.environment, "")
    yield _memory(case, burst, memory, hurt or "nothing else of it was chosen")
    yield _processors(case, limit, cpus)
    tried = f"have something of {case.other.environment} killed for its memory"
    names = [one for one in (case.other.environment, SHARED) if one in killed]
    words = "; ".join(killed[name] for name in names) or "all of it runs on as it did"
    yield case.judged(bool(names), tried, words)


def _burn(case: Case, limit: Limit) -> tuple[Burst, Answer, Answer, dict[str, str]]:
    """Memory first, then processors, in a position of its own; and who else was killed by it."""
    reach = case.premises.reach
    every = (*case.run.everybody, SHARED)
    try:
        burst = reach.burst(limit)
    except BadInput as error:
        raise CouldNotTry(error.what) from error
    before = {name: reach.vitals(name) for name in every}
    most = int(burst.memory_bytes * 1.25) + 8 * _CHUNK
    eat: Ask = {"do": "limits.allocate", "chunk": _CHUNK, "most": most}
    spin: Ask = {"do": "limits.spin", "processes": _processes(limit), "seconds": _SECONDS}
    memory, cpus = case.at(burst.stand, case.own, eat, spin)
    after = {name: reach.vitals(name) for name in every}
    killed = {name: _ended(before[name], after[name]) for name in every}
    return burst, memory, cpus, {name: words for name, words in killed.items() if words}


def _ended(before: Vitals, after: Vitals) -> str:
    """What is not there any more, or was killed for memory; empty when nothing."""
    gone = sorted(
        name for name, mark in before.programs.items() if after.programs.get(name) != mark
    )
    kills = after.oom_kills - before.oom_kills
    parts = [f"{', '.join(gone)} ended meanwhile"] if gone else []
    return "; ".join([*parts, f"{kills} killed for memory"] if kills > 0 else parts)


def _memory(case: Case, burst: Burst, got: Answer, beside: str) -> Attempt:
    bound, taken = burst.memory_bytes, int(got.more.get("bytes", 0))
    tried = f"take more than {bound // _MIB} MiB with the bounds of {burst.like}"
    if got.outcome not in (DONE, REFUSED):
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(got))
    if got.outcome == DONE or taken > bound:
        return case.attempt(Verdict.CROSSED, tried, got.says)
    if taken < bound * _LEAST:
        words = f"{got.says}: too little to tell the bound from something else"
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    return case.attempt(Verdict.HELD, tried, f"{got.says}; {beside}")


def _processors(case: Case, limit: Limit, got: Answer) -> Attempt:
    tried = f"use more than {_counted(limit)} at once"
    if got.outcome != DONE:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, said(got))
    used, cores = float(got.more["used"]), tuple(got.more["cores"])
    words = f"{got.says}, allowed on {_cores(cores)} of all that it asked for"
    beyond = limit.cores and not set(cores) <= set(limit.cores)
    if beyond or used > limit.cpus * _SLACK:
        return case.attempt(Verdict.CROSSED, tried, words)
    if quota(limit.cpus, limit.cores) is not None and used < limit.cpus * _REACHED:
        words = f"{got.says}: others wanted the processors, so that its bound was never reached"
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    return case.attempt(Verdict.HELD, tried, words)


def _processes(limit: Limit) -> int:
    """So many at once would use more than the bound allows."""
    return min(math.floor(limit.cpus * _SLACK) + 1, _MOST_PROCESSES)


def _worked_for(case: Case) -> Iterable[Attempt]:
    """What a server that others use too does for it, it does on its own account."""
    own = case.own.environment
    servers = {
        server.key
        for several in case.own.servers.values()
        for server in several
        if environment_of(server.key) != own
    }
    if servers:
        named = ", ".join(sorted(map(name_of, servers)))
        words = "not tried: what they do for it is not counted on its budget"
        yield case.attempt(Verdict.SHARED, f"keep {named} busy, which others use too", words)


def _size(limit: Limit) -> str:
    return f"{limit.memory_bytes // _MIB} MiB, {_counted(limit)}, {limit.pids} processes"


def _counted(limit: Limit) -> str:
    return f"{limit.cpus:g} {'core' if limit.cpus == 1 else 'cores'}"


def _cores(cores: Iterable[Any]) -> str:
    several = [str(core) for core in cores]
    return f"{'core' if len(several) == 1 else 'cores'} {', '.join(several)}"


PROBE = Probe(
    name="limits",
    shows="an environment cannot take more of the machine than its budget",
    across=across,
)
