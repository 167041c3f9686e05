"""Whether those who see a new variant are served well enough to go on; pure."""

from __future__ import annotations

import msgspec

LEAST = 100


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What a rollout does not climb beyond."""

    most_errors: float | None = None
    """Percent of the new variant's requests that may fail; None: any number."""
    most_above: float | None = None
    """Percentage points that this may be above the other variant's; None: any number."""
    least_requests: int = LEAST
    """Requests below which errors say nothing: they halt nothing, and nothing climbs."""

    def __post_init__(self) -> None:
        for bound in (self.most_errors, self.most_above):
            if bound is not None and not 0 <= bound <= 100:
                raise ValueError(f"a bound of {bound:g}% of errors is not from 0 to 100")
        if self.least_requests < 1:
            raise ValueError("errors cannot be judged by less than 1 request")


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How those are who see the new variant, and those who do not, since the step began."""

    healthy: bool
    """What the health check says."""
    says: str = ""
    """Why it says no."""
    requests: int = 0
    """Of those who see the new variant."""
    errors: int = 0
    """Requests of these that failed."""
    other_requests: int = 0
    """Of those who do not see it."""
    other_errors: int = 0

    def __post_init__(self) -> None:
        for errors, requests in (
            (self.errors, self.requests),
            (self.other_errors, self.other_requests),
        ):
            if not 0 <= errors <= requests:
                raise ValueError(f"{errors} of {requests} requests cannot have failed")


def wrong(health: Health, bounds: Bounds) -> str:
    """Why a rollout has to halt; nothing when it need not.

    Rates are compared as they were counted: a halt for nothing costs less than a climb into errors.
    """
    if not health.healthy:
        return health.says or "the health check failed"
    return _many(health, bounds) or _more(health, bounds)


def unjudged(health: Health, bounds: Bounds) -> str:
    """That errors are to be judged, and there were too few requests for it; empty otherwise."""
    asked = bounds.most_errors is not None or bounds.most_above is not None
    if not asked or health.requests >= bounds.least_requests:
        return ""
    return f"errors cannot be judged by {health.requests} visits, only by {bounds.least_requests}"


def _many(health: Health, bounds: Bounds) -> str:
    if bounds.most_errors is None or health.requests < bounds.least_requests:
        return ""
    found = 100 * health.errors / health.requests
    if found <= bounds.most_errors:
        return ""
    return f"{found:.2f}% of {health.requests} visits failed, more than {bounds.most_errors:g}%"


def _more(health: Health, bounds: Bounds) -> str:
    fewest = min(health.requests, health.other_requests)
    if bounds.most_above is None or fewest < bounds.least_requests:
        return ""
    found = 100 * health.errors / health.requests
    other = 100 * health.other_errors / health.other_requests
    if found - other <= bounds.most_above:
        return ""
    return (
        f"{found:.2f}% of visits failed, and {other:.2f}% without the new variant:"
        f" more than {bounds.most_above:g} percentage points apart"
    )
