"""One edge for several projects: who is there, what each wants, and whose word counts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from partywall.edge import fragments, tenants
from partywall.edge.fragment import Fragment, Served
from partywall.edge.home import EdgeHome
from partywall.edge.settings import EdgeSettings, Tls
from partywall.edge.tenants import Tenant
from partywall.model.world import Route, fingerprint


@pytest.fixture
def home(tmp_path: Path) -> EdgeHome:
    settings = EdgeSettings(sockets="/run/edge", storage="/srv/storage", logs="/srv/logs")
    return EdgeHome(folder=tmp_path, settings=settings)


def routes(project: str) -> Fragment:
    route = Route(
        key="prod/route/web",
        host=f"{project}.localhost",
        port=0,
        instance="prod/web",
        target=80,
    )
    served = Served(thing=route, fingerprint=fingerprint(route), upstream="web:80")
    return Fragment(project=project, environment="prod", routes=(served,))


def stand(home: EdgeHome, *projects: str) -> None:
    fragments.write(home, {one.name: one for one in map(routes, projects)})


def with_settings(home: EdgeHome, **changes: object) -> EdgeHome:
    return msgspec.structs.replace(home, settings=msgspec.structs.replace(home.settings, **changes))


def test_who_has_routes_is_there_whether_written_down_or_not(home: EdgeHome) -> None:
    stand(home, "a", "b")
    tenants.register(home, Tenant(project="b", project_id="1", folder="/srv/b"))
    tenants.register(home, Tenant(project="c", project_id="2", folder="/srv/c"))
    assert list(map(str, tenants.of(home).values())) == ["project `a`", "project `b` (/srv/b)"]
    assert [one.project for one in tenants.others(home, "a")] == ["b"]


def test_a_damaged_file_hides_nobody(home: EdgeHome) -> None:
    stand(home, "a")
    fragments.write_in_force(home, fragments.stored(home))
    tenants.register(home, Tenant(project="a", folder="/srv/a"))
    for path in home.folder.glob("*/*.json"):
        path.write_text("{")
    assert list(map(str, tenants.others(home, "b"))) == ["project `a`"]


def test_only_who_has_no_routes_is_forgotten(home: EdgeHome) -> None:
    stand(home, "a")
    tenants.register(home, Tenant(project="a", folder="/srv/a"))
    tenants.forget(home, "a")
    assert tenants.of(home)["a"].folder == "/srv/a"
    stand(home)
    tenants.forget(home, "a")
    tenants.forget(home, "a")
    stand(home, "a")
    assert tenants.of(home)["a"].folder == ""


def test_differences_are_named_by_the_words_of_the_settings(home: EdgeHome) -> None:
    mine = tenants.said(home.settings)
    other = with_settings(home, tls=Tls.OFF, http_port=8080, email="me@example.org").settings
    assert tenants.differences(mine, mine) == []
    assert tenants.differences(mine, tenants.said(other)) == ["edge.tls", "edge.http", "edge.email"]


def test_an_edge_that_others_use_is_as_they_have_it(home: EdgeHome) -> None:
    theirs = with_settings(
        home, tls=Tls.ACME, http_port=8080, https_port=8443, bind=("10.0.0.1", "10.0.0.2"),
        email="me@example.org", directory="https://acme", root="/root.pem",
    )  # fmt: skip
    tenants.register(home, Tenant(project="b", said=tenants.said(theirs.settings)))
    assert tenants.as_others_have_it(home, "a") == home
    stand(home, "a", "b")
    assert tenants.as_others_have_it(home, "a") == theirs
    assert tenants.as_others_have_it(home, "b") == home


@pytest.mark.parametrize("said", [{}, {"edge.tls": "odd"}])
def test_what_others_said_may_not_be_known(home: EdgeHome, said: dict[str, str]) -> None:
    stand(home, "b")
    tenants.register(home, Tenant(project="b", said=said))
    assert tenants.as_others_have_it(home, "a") == home
