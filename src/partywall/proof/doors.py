"""Calls an environment's own addresses at the edge, with the password that they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from partywall.model.world import Route
from partywall.proof.callers import kept_out
from partywall.proof.case import Case
from partywall.proof.edge import Page, basic, get
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Target


def call(
    case: Case,
    where: Target,
    route: Route,
    path: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Page:
    """GET a path of a route, its own first page when none is named.

    Raises:
        CouldNotTry: when there is no edge, or this machine may not call.
        NoAnswer: when nothing comes back.
    """
    door = case.premises.door
    if door is None:
        raise CouldNotTry(no_edge(case))
    if why := kept_out(door, route):
        raise CouldNotTry(why)
    case.run.count(where.environment)
    return get(door.at(route.port), route.host, path or route.path, headers)


def no_address(case: Case, where: Target) -> str:
    """Why an environment has no address that could be called."""
    if case.premises.door is None:
        return no_edge(case)
    unknown = case.premises.world.unknown.items()
    of_it = (why for key, why in unknown if key.startswith(f"{where.environment}/route/"))
    why = next(of_it, case.premises.edge)
    return f"{where.environment} has no address at the edge{f': {why}' if why else ''}"


def no_edge(case: Case) -> str:
    """Why nothing can be called."""
    looked = case.premises.edge
    return f"no edge stands in front of the environments{f': {looked}' if looked else ''}"


def credentials(case: Case, where: Target, route: Route) -> dict[str, str]:
    """The header with the route's password; none when it asks for none."""
    if route.auth is None:
        return {}
    return basic(route.auth.user, case.value(where.environment, route.auth.password).reveal())
