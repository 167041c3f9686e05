"""Why a rating is what it is, in one sentence with its figures."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fakes import measured
from partywall.proof.matrix import derive
from partywall.proof.matrix.explain import explained
from partywall.proof.matrix.figures import Figures, Migration, Parallel, Walls


def said(rating: str, figures: Figures, **changes: Any) -> str:
    changed = msgspec.structs.replace(figures, **changes)
    return explained(changed, derive.ratings(changed))[rating]


DUAL = measured.figures("dual")
BOTH = Parallel(environments=2, asked=40, both=40)


@pytest.mark.parametrize(
    ("parallel", "sentence"),
    [
        (BOTH, "Both answered at each of 40 moments."),
        (Parallel(environments=2, asked=1, both=1), "Both answered at each of 1 moment."),
        (Parallel(environments=2, asked=40, both=3), "Both answered at 3 of 40 moments."),
        (
            Parallel(environments=2, asked=0, both=0),
            "They were never asked at the same moment.",
        ),
        (Parallel(environments=1, asked=0, both=0), "There is no second environment."),
    ],
)
def test_moments_are_counted(parallel, sentence):
    assert said("parallel_run", DUAL, parallel=parallel) == sentence


@pytest.mark.parametrize(
    ("walls", "sentence"),
    [
        (
            Walls(probes={"database": {"held": 2}, "cache": {"held": 3}}),
            "5 attempts on data held, and nothing with data is shared.",
        ),
        (
            Walls(probes={"http": {"crossed": 1}}, crossed=("GET / was answered.",)),
            "1 attempt came through: GET / was answered.",
        ),
        (
            Walls(probes={"database": {"held": 2}, "cache": {"shared by design": 2}}),
            "2 attempts on data held and 2 are shared by design (cache).",
        ),
        (
            Walls(probes={"database": {"held": 1}}, common_stores=1),
            "1 attempt on data held and 1 place with data is used by both.",
        ),
        (
            Walls(probes={"database": {"held": 8, "shared by design": 4}}, one_database=True),
            (
                "Rows of both are in one database, a schema for each; 8 attempts on data held and "
                "4 are shared by design (database)."
            ),
        ),
        (
            Walls(probes={}, own_stores={"prod": 7, "dev": 7}),
            "Nothing could be tried, but each of 14 places with data is one environment's own.",
        ),
        (
            Walls(probes={"broker": {"could not try": 2}}),
            "Nothing could be shown at broker, and nothing else shows that data are apart.",
        ),
    ],
)
def test_what_keeps_data_apart_is_counted(walls, sentence):
    assert said("data_isolation", DUAL, walls=walls) == sentence


def test_memory_is_said_beside_production_alone_with_the_bound():
    assert said("resource_efficiency", DUAL) == (
        "Memory is 334 MiB, 1.84 times that of production alone (182 MiB); medium is up to 2.10."
    )
    full = msgspec.structs.replace(DUAL.taken, memory_bytes={"prod": 900 << 20})
    assert said("resource_efficiency", DUAL, taken=full).endswith("; more than 2.10 is low.")
    files = msgspec.structs.replace(DUAL.taken, files_bytes=60 << 20)
    assert said("resource_efficiency", DUAL, taken=files).endswith(
        "medium is up to 2.10, and checkouts of 60 MiB, more than 25 % of its disk (46 MiB), take "
        "it one step lower."
    )


@pytest.mark.parametrize(
    ("migration", "sentence"),
    [
        (
            Migration(tried=True, worked=True),
            "A migration ran in development, and production's schema stayed as it was.",
        ),
        (Migration(tried=False), "No migration could be tried."),
        (Migration(tried=False, why="one database."), "No migration could be tried: one database."),
        (
            Migration(tried=True, why="no right"),
            "A migration in development did not work: no right.",
        ),
        (
            Migration(tried=True, worked=True, production_changed=True),
            "A migration in development changed production's schema.",
        ),
    ],
)
def test_a_migration_is_told(migration, sentence):
    assert said("schema_testing", DUAL, migration=migration) == sentence


def test_points_are_itemised_and_their_sum_is_right():
    assert said("complexity", measured.figures("shared")) == (
        "10.5 points; more than 8 is high: 15 programs beside 10 of production alone (1), 1 line "
        "of settings (1), 5 rights (2.5), 2 steps by hand (6)."
    )
    assert said("complexity", measured.figures("snapshots")) == (
        "1 point; low is up to 4: 1 line of settings (1)."
    )
    nothing = msgspec.structs.replace(measured.figures("snapshots").effort, settings_lines=0)
    assert said("complexity", measured.figures("snapshots"), effort=nothing) == (
        "0 points; low is up to 4: nothing beyond production alone."
    )
