"""What the settings of a scratch copy keep of the user's, and what leads out of it and is left."""

from __future__ import annotations

from typing import Any

import pytest

from partywall import catalog
from partywall.workflows.matrix.scratch_settings import Wish, production_and_other, rewritten

USER: dict[str, Any] = {
    "project": "shop",
    "engine": "docker",
    "architecture": "shared",
    "database": "schema",
    "domain": "shop.example.com",
    "edge": {"http": 80, "https": 443, "email": "me@example.com", "bind": "0.0.0.0"},
    "trash": "30d",
    "compose": ["a.yaml"],
    "environments": {
        "live": {
            "production": True,
            "attach": "shop",
            "volumes_of": "old",
            "env": ["live.env"],
            "limits": {"memory": "1G"},
        },
        "qa": {"domain": "qa.example.com", "outward": True, "seed": "fill", "allow": "10.0.0.0/8"},
        "dev": None,
    },
    "services": {"db": {"role": "database", "extensions": ["citext"]}, "web": None},
}


def wish(architecture: str = "dual") -> Wish:
    return Wish(
        name="shop-matrix-1",
        engine="embedded",
        architecture=architecture,
        choices=catalog.choices(architecture.split(" + ")),
        environments=("live", "qa"),
        ports=(21000, 21001, 21002),
    )


def test_names_ports_and_addresses_are_the_copys_own() -> None:
    made = rewritten(USER, wish())
    assert made["project"] == "shop-matrix-1"
    assert made["engine"] == "embedded"
    assert made["domain"] == "shop-matrix-1.localhost"
    assert made["edge"] == {"tls": "off", "http": 21000, "https": 21001}
    assert made["architecture"] == "dual"
    assert not {"database", "trash", "compose"} & made.keys()


def test_nothing_leads_to_what_is_there_already() -> None:
    live, qa = rewritten(USER, wish())["environments"].values()
    assert live == {"production": True, "env": ["live.env"]}
    assert qa == {"seed": "fill"}


def test_lines_that_mean_something_at_a_point_are_kept_there() -> None:
    limited = rewritten(USER, wish("dual + limits"))
    assert limited["environments"]["live"]["limits"] == {"memory": "1G"}
    assert rewritten(USER, wish("schemas"))["services"]["db"]["extensions"] == ["citext"]
    assert "extensions" not in limited["services"]["db"]
    assert rewritten(USER, wish("ports"))["environments"]["qa"]["port"] == 21002
    assert "port" not in limited["environments"]["qa"]


def test_the_users_own_settings_are_not_changed() -> None:
    before = repr(USER)
    rewritten(USER, wish("ports"))
    assert repr(USER) == before


def test_of_no_settings_there_are_two_environments() -> None:
    made = rewritten({}, wish())
    assert made["environments"] == {"live": {"production": True}, "qa": {}}


@pytest.mark.parametrize(
    ("names", "production", "found"),
    [
        (["prod", "dev", "qa"], "prod", ("prod", "dev")),
        (["dev", "live"], "live", ("live", "dev")),
        (["prod"], "prod", ("prod", "dev")),
        (["dev"], "dev", ("dev", "staging")),
    ],
)
def test_production_is_compared_with_one_other(
    names: list[str], production: str, found: tuple[str, str]
) -> None:
    assert production_and_other(names, production) == found
