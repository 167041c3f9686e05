"""How long a program is waited for, and what says sooner that it will never be ready; pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from partywall.engines.embedded.supervise.program import Health, Program
from partywall.engines.embedded.supervise.state import State
from partywall.model.world import Instance, Job

LEAST_SECONDS = 120.0
JOB_SECONDS = 600.0
"""For what runs to its end: migrations take their time, and `resume` goes on waiting."""
_MARGIN_SECONDS = 30.0
_CRASHES = 3
_HOST = re.compile(r"\bHOST\b")
"""The variable, as a shell or a script reads it."""
_AS = "say `services: {{{}: {{role: {}}}}}` in partywall.yaml"


class Trouble(NamedTuple):
    """Why nothing is waited for any more, and what to do when that is known."""

    why: str
    remedy: str = ""


def patience(health: Health | None, *, once: bool = False) -> float:
    """Seconds within which a program must be ready: all that its health check may take, or more.

    Args:
        health: its check.
        once: whether it is ready when it has ended.
    """
    if once:
        return JOB_SECONDS
    if health is None:
        return LEAST_SECONDS
    checks = health.retries * (health.interval + health.timeout)
    return max(LEAST_SECONDS, health.start_period + checks + _MARGIN_SECONDS)


def trouble(thing: Instance | Job, first: State, now: State) -> Trouble | None:
    """What is wrong with a program that is not ready; None while it may become so.

    Args:
        thing: what the program is of.
        first: its state when the waiting began; what was said of that process is old.
        now: its state.
    """
    if now.failed:
        return Trouble(now.failed)
    if now.restarts - first.restarts >= _CRASHES:
        return _ends(thing, now)
    renewed = now.process != first.process or first.healthy is not False
    if isinstance(thing, Instance) and _has_own_check(thing) and renewed:
        unwell = Trouble(f"it is unhealthy{_says(now)}", elsewhere(now.program))
        return unwell if _is_unhealthy(now) else None
    return None


def elsewhere(program: Program | None) -> str:
    """What to do about a check that does not say where its service listens, as a script may not."""
    if program is None or program.health is None:
        return ""
    host, port = (program.environment.get(name, "") for name in ("HOST", "PORT"))
    text = " ".join(program.health.command or ())
    if not (host and port and text) or host in text or _HOST.search(text):
        return ""
    return (
        f"the service listens on {host}:{port} ($HOST, $PORT) and not on localhost: "
        "let its health check ask there"
    )


def too_late(thing: Instance | Job, now: State, seconds: float) -> Trouble:
    """What is wrong with a program that is still not ready after this time."""
    if isinstance(thing, Instance):
        hint = elsewhere(now.program) if _has_own_check(thing) else ""
        return Trouble(f"it is not healthy after {seconds:.0f} s{_says(now)}", hint)
    # A seed is no service: it has no role that could be said.
    stays = thing.once_per == "definition"
    remedy = f"if it shall run all the time, {_AS.format(thing.instance.service, 'worker')}"
    return Trouble(f"it has not ended after {seconds:.0f} s", remedy if stays else "")


def _ends(thing: Instance | Job, now: State) -> Trouble:
    if isinstance(thing, Instance) and now.last_exit == 0 and _may_end(thing.restart):
        remedy = f"if it shall run once, {_AS.format(thing.service, 'job')}"
        return Trouble("it ends again and again, with exit code 0", remedy)
    return Trouble("it crashes again and again")


def _may_end(restart: str) -> bool:
    """Whether Compose would leave a program alone that has ended well."""
    return restart in ("", "no") or restart.startswith("on-failure")


def _has_own_check(instance: Instance) -> bool:
    """Ours say no to a server that takes its time; the app's own knows how long that may be."""
    return instance.run is not None and instance.health is not None


def _is_unhealthy(now: State) -> bool:
    return now.healthy is False and not now.stale


def _says(now: State) -> str:
    return f": {now.health_says}" if now.health_says else ""
