"""What a proof is measured by: what stands, with what the settings ask of it."""

from __future__ import annotations

from partywall.model.app import Role, Visit
from partywall.model.secret import SecretRef
from partywall.model.world import BasicAuth, Instance, Route, World
from partywall.workflows.prove import as_wanted

OLD, NEW = (BasicAuth("dev", SecretRef("EDGE", version)) for version in (1, 2))
VISIT = Visit(open=("a",), close=("b",), path="/c")


def route(auth: BasicAuth | None, *, robots: bool = False, host: str = "dev.x") -> Route:
    return Route(
        key="dev/route/web",
        host=host,
        port=0,
        instance="dev/web",
        target=80,
        auth=auth,
        robots=robots,
    )


def judged(there: Route, wanted: Route) -> Route:
    found = as_wanted(World.of([there]), World.of([wanted]).entries).entries[there.key].thing
    assert isinstance(found, Route)
    return found


def test_an_address_that_lost_its_password_should_still_ask_for_it() -> None:
    assert judged(route(None), route(OLD)) == route(OLD)


def test_the_password_in_force_is_the_one_that_is_sent() -> None:
    assert judged(route(OLD), route(NEW)) == route(OLD)
    assert judged(route(OLD), route(None)) == route(OLD)


def test_search_engines_are_let_in_only_where_both_say_so() -> None:
    for there in (True, False):
        for wanted in (True, False):
            found = judged(route(None, robots=there), route(None, robots=wanted))
            assert found.robots is (there and wanted)


def test_it_is_tried_where_it_stands() -> None:
    assert judged(route(None, host="old.x"), route(OLD)).host == "old.x"


def test_how_a_session_is_tried_is_read_from_the_settings() -> None:
    there = Instance(key="dev/web", service="web", role=Role.WEB, image="old")
    wanted = Instance(key="dev/web", service="web", role=Role.WEB, image="new", session=VISIT)
    found = as_wanted(World.of([there]), World.of([wanted]).entries).entries["dev/web"].thing
    assert isinstance(found, Instance)
    assert (found.image, found.session) == ("old", VISIT)


def test_what_is_wanted_and_does_not_stand_is_not_tried_and_what_nobody_wants_is() -> None:
    gone = World.of([route(OLD)])
    assert as_wanted(World(), gone.entries) == World()
    assert as_wanted(gone, {}) == gone
