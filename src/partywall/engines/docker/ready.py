"""When a container is as it should be, and what says that it never will be; pure."""

from __future__ import annotations

import time

from partywall.engines.docker.labels import COMPOSE_SERVICE
from partywall.engines.docker.understand import Inspected, epoch
from partywall.model.world import Instance, Job

_LEAST_SECONDS = 120.0
_MARGIN_SECONDS = 30.0
_JOB_SECONDS = 600.0
"""For what runs to its end: migrations take their time, and `resume` goes on waiting."""
_CRASHES = 3
STEADY_SECONDS = 0.5
"""How long a container that nothing asks must run: most that are wrong end sooner."""


def ready(inspected: Inspected) -> bool:
    """It runs and its health check has said yes; without one it has not ended at once."""
    state = inspected["State"]
    if state.get("Status") != "running":
        return False
    if (health := state.get("Health") or {}).get("Status", "none") != "none":
        return bool(health["Status"] == "healthy")
    age = time.time() - (epoch(state.get("StartedAt") or "") or 0.0)
    return inspected["RestartCount"] == 0 and age >= STEADY_SECONDS


def hopeless(inspected: Inspected) -> str:
    """Why a container need not be waited for any longer; empty while there is hope."""
    state = inspected["State"]
    if state.get("Error") and state.get("Status") == "created":
        return f"it could not be started: {state['Error']}"
    if inspected["RestartCount"] >= _CRASHES:
        return f"it crashes again and again (exit code {state.get('ExitCode')})"
    if (state.get("Health") or {}).get("Status") == "unhealthy":
        return _unhealthy(inspected)
    if state.get("Status") in {"exited", "dead"}:
        return _ended(inspected)
    return ""


def _ended(inspected: Inspected) -> str:
    code = inspected["State"].get("ExitCode")
    if code != 0:
        return f"it ended with exit code {code}"
    service = (inspected["Config"].get("Labels") or {}).get(COMPOSE_SERVICE, "NAME")
    said = f"`services: {{{service}: {{role: job}}}}` in partywall.yaml"
    return f"it ended well, with exit code 0; if it shall run once, say {said}"


def late(inspected: Inspected, seconds: float, *, once: bool) -> str:
    """What is wrong when it is still not as it should be; empty while it has time."""
    allowed = _JOB_SECONDS if once else patience(inspected)
    if seconds <= allowed:
        return ""
    if once:
        return f"it has not ended after {allowed:.0f} s"
    if ready(inspected):
        return f"it runs, and accepts no connection on its port after {allowed:.0f} s"
    return f"it is not ready after {allowed:.0f} s"


def patience(inspected: Inspected) -> float:
    """Seconds within which a container must be ready: all that its health check may take, or more.

    The engine says times in nanoseconds; 0 is its own default.
    """
    check = inspected["Config"].get("Healthcheck") or {}
    if not check.get("Test"):
        return _LEAST_SECONDS
    return _allowed(
        (check.get("Interval") or 30e9) / 1e9,
        (check.get("Timeout") or 30e9) / 1e9,
        check.get("Retries") or 3,
        (check.get("StartPeriod") or 0) / 1e9,
    )


def allowed(thing: Instance | Job) -> float:
    """The same of what is still to be made, as far as its own description says; pure."""
    if isinstance(thing, Job):
        return _JOB_SECONDS
    check = thing.health
    if check is None:
        return _LEAST_SECONDS
    return _allowed(check.interval, check.timeout, check.retries, check.start_period)


def _allowed(interval: float, timeout: float, retries: int, start: float) -> float:
    return max(_LEAST_SECONDS, start + retries * (interval + timeout) + _MARGIN_SECONDS)


def _unhealthy(inspected: Inspected) -> str:
    """Which check failed, and what it said last."""
    log = inspected["State"]["Health"].get("Log") or [{}]
    said = str(log[-1].get("Output", "")).strip()[:300] or "it says nothing"
    test = (inspected["Config"].get("Healthcheck") or {}).get("Test") or ["", "of its image"]
    return f"its health check (`{' '.join(map(str, test[1:]))}`) fails: {said}"
