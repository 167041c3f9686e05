"""Ratings follow from figures: every bound on both sides, every word, and the direction of each."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import measured
from partywall.architectures import customary
from partywall.model.errors import BadInput
from partywall.model.ratings import (
    Complexity,
    Efficiency,
    Isolation,
    ParallelRun,
    Ratings,
    SchemaTesting,
)
from partywall.proof.matrix import derive, thresholds
from partywall.proof.matrix.explain import explained
from partywall.proof.matrix.figures import (
    Effort,
    Figures,
    Migration,
    Parallel,
    Taken,
    Walls,
)
from partywall.proof.matrix.measures import beside_alone, burden
from partywall.proof.matrix.rules import rules
from partywall.system.decoding import decode

BASE = measured.figures("dual")
EFFICIENT = list(Efficiency)
"""From least to most."""
SIMPLE = list(Complexity)


def taken(memory: int, *, files: int = 0, data: int = 0, running: int = 10) -> Taken:
    return Taken(
        memory_bytes={"prod": memory},
        data_bytes=data,
        files_bytes=files,
        idle_cores=0.0,
        running=running,
        up_seconds=1.0,
    )


def efficient(
    memory: int, *, alone: int = 1000, files: int = 0, disk: int = 400, running: int = 10
) -> Figures:
    return msgspec.structs.replace(
        BASE,
        taken=taken(memory, files=files, running=running),
        alone=taken(alone, data=disk),
    )


def isolated(environments: int = 2, **walls: Any) -> Isolation:
    parallel = Parallel(environments=environments, asked=4, both=4)
    said = {"probes": {}, **walls}
    return derive.data_isolation(
        msgspec.structs.replace(BASE, parallel=parallel, walls=Walls(**said))
    )


def effort(lines: int = 0, rights: int = 0, manual: int = 0, running: int = 10) -> Figures:
    said = Effort(
        things=1,
        rendered_lines=1,
        settings_lines=lines,
        secrets=0,
        rights=rights,
        manual=("a step",) * manual,
    )
    return msgspec.structs.replace(efficient(1000, running=running), effort=said)


@pytest.mark.parametrize(
    ("environments", "asked", "both", "word"),
    [
        (2, 40, 40, "yes"),
        (3, 1, 1, "yes"),
        (2, 40, 39, "no"),
        (2, 40, 0, "no"),
        (2, 0, 0, "no"),
        (1, 40, 40, "n.a."),
        (0, 0, 0, "n.a."),
    ],
)
def test_both_at_once_is_every_moment_and_not_most_of_them(environments, asked, both, word):
    parallel = Parallel(environments=environments, asked=asked, both=both)
    found = derive.parallel_run(msgspec.structs.replace(BASE, parallel=parallel))
    assert found == word


@pytest.mark.parametrize(
    ("memory", "word"),
    [
        (0, "very high"),
        (1150, "very high"),
        (1151, "high"),
        (1600, "high"),
        (1601, "medium"),
        (2100, "medium"),
        (2101, "low"),
        (9000, "low"),
    ],
)
def test_efficiency_is_memory_beside_production_alone_and_a_bound_belongs_to_the_better(
    memory, word
):
    assert derive.resource_efficiency(efficient(memory)) == word


@pytest.mark.parametrize(
    ("memory", "files", "word"),
    [
        (1000, 100, "very high"),
        (1000, 101, "high"),
        (2000, 100, "medium"),
        (2000, 101, "low"),
        (3000, 101, "low"),
    ],
)
def test_checkouts_of_more_than_a_quarter_of_the_disk_cost_one_step(memory, files, word):
    assert derive.resource_efficiency(efficient(memory, files=files)) == word


def test_what_is_beside_nothing_is_much_and_nothing_beside_nothing_is_the_same():
    assert derive.resource_efficiency(efficient(1, alone=0)) is Efficiency.LOW
    assert derive.resource_efficiency(efficient(0, alone=0)) is Efficiency.VERY_HIGH


@pytest.mark.parametrize(
    ("walls", "word"),
    [
        ({"probes": {"database": {"held": 4}}}, "full"),
        ({"probes": {"database": {"held": 4}, "http": {"crossed": 1}}}, "crossed"),
        ({"probes": {}, "crossed": ("it read a row",)}, "crossed"),
        ({"probes": {"cache": {"held": 1, "shared by design": 1}}}, "database only"),
        ({"probes": {"broker": {"shared by design": 1}}}, "database only"),
        ({"probes": {"vault": {"shared by design": 1}, "cache": {"held": 1}}}, "database only"),
        ({"probes": {"database": {"held": 4, "shared by design": 2}}}, "database only"),
        ({"probes": {"database": {"held": 4}}, "common_stores": 1}, "database only"),
        ({"probes": {"database": {"held": 4}}, "one_database": True}, "schema-level"),
    ],
)
def test_isolation_is_the_thinnest_that_was_seen(walls, word):
    assert isolated(**walls) == word


@pytest.mark.parametrize("probe", ["http", "session", "network", "secrets", "processes"])
def test_what_is_no_data_lessens_no_isolation_unless_it_is_crossed(probe):
    held = {"database": {"held": 4}}
    assert isolated(probes={**held, probe: {"shared by design": 3}}) is Isolation.FULL
    assert isolated(probes={**held, probe: {"crossed": 1}}) is Isolation.CROSSED
    assert isolated(probes={probe: {"held": 3}}) is Isolation.NONE


def test_full_is_never_said_of_what_nothing_shows():
    apart = {"prod": 7, "dev": 7}
    untried = {"broker": {"could not try": 2}, "cache": {"held": 2}}
    assert isolated() is Isolation.NONE
    assert isolated(probes=untried) is Isolation.NONE
    assert isolated(own_stores={"prod": 7}) is Isolation.NONE
    assert isolated(own_stores={"prod": 7, "dev": 0}) is Isolation.NONE
    assert isolated(own_stores=apart) is Isolation.FULL
    assert isolated(probes=untried, own_stores=apart) is Isolation.FULL


def test_without_a_second_environment_there_is_nothing_to_isolate():
    assert isolated(1, probes={"database": {"held": 4}}) is Isolation.NONE
    assert isolated(1, probes={"http": {"crossed": 1}}) is Isolation.CROSSED


@pytest.mark.parametrize(
    ("migration", "word"),
    [
        (Migration(tried=True, worked=True), "yes"),
        (Migration(tried=True, worked=False), "no"),
        (Migration(tried=True, worked=True, production_changed=True), "no"),
        (Migration(tried=False, worked=True), "no"),
    ],
)
def test_a_schema_can_be_tested_where_a_migration_worked_and_production_stayed(migration, word):
    assert derive.schema_testing(msgspec.structs.replace(BASE, migration=migration)) == word


@pytest.mark.parametrize(
    ("figures", "points", "word"),
    [
        (effort(), 0, "low"),
        (effort(lines=1, manual=1), 4, "low"),
        (effort(lines=1, manual=1, rights=1), 4.5, "medium"),
        (effort(running=30), 4, "low"),
        (effort(running=31), 4.2, "medium"),
        (effort(lines=2, manual=2), 8, "medium"),
        (effort(lines=2, manual=2, rights=1), 8.5, "high"),
        (effort(rights=16), 8, "medium"),
        (effort(lines=9), 9, "high"),
    ],
)
def test_complexity_is_points_for_what_is_to_run_to_write_and_to_do(figures, points, word):
    assert burden(figures).points == pytest.approx(points)
    assert derive.complexity(figures) == word


def test_the_table_of_rules_has_every_word_and_every_bound():
    said: dict[str, list[str]] = {}
    for rating, word, _ in rules():
        said.setdefault(rating, []).append(word)
    assert tuple(said) == derive.RATINGS
    assert set(said["parallel_run"]) == set(ParallelRun)
    assert set(said["data_isolation"]) == set(Isolation)
    assert set(said["resource_efficiency"]) == {*Efficiency, "one step less"}
    assert set(said["schema_testing"]) == set(SchemaTesting)
    assert set(said["complexity"]) == set(Complexity)
    words = " ".join(when for *_, when in rules())
    for bound in ("1.15", "1.60", "2.10", "25 %", "up to 4 points", "up to 8 points", "0.5 for"):
        assert bound in words


def test_what_is_less_than_production_or_less_to_write_than_dual_earns_nothing_back():
    assert burden(effort(running=3)).points == 0
    assert burden(effort(lines=-2, manual=1)).points == thresholds.BY_HAND


def test_every_word_of_every_rating_can_be_derived():
    found = [derive.ratings(measured.figures(name)) for name in customary.RATINGS]
    found.append(derive.ratings(efficient(1500)))
    found.append(derive.ratings(efficient(5000)))
    crossed = Walls(probes={"http": {"crossed": 1}})
    found.append(derive.ratings(msgspec.structs.replace(BASE, walls=crossed)))
    for name, words in (
        ("parallel_run", ParallelRun),
        ("data_isolation", Isolation),
        ("resource_efficiency", Efficiency),
        ("schema_testing", SchemaTesting),
        ("complexity", Complexity),
    ):
        assert {getattr(one, name) for one in found} == set(words), name


NUMBER = st.integers(0, 1 << 34)
FEW = st.integers(0, 40)


@st.composite
def any_figures(draw: st.DrawFn) -> Figures:
    probes = st.dictionaries(
        st.sampled_from([*thresholds.DATA_WALLS, "http", "network", "a new one"]),
        st.dictionaries(
            st.sampled_from(["held", "crossed", "shared by design", "could not try"]), FEW
        ),
    )
    return Figures(
        parallel=draw(st.builds(Parallel, environments=FEW, asked=FEW, both=FEW)),
        walls=draw(
            st.builds(
                Walls,
                probes=probes,
                crossed=st.just(()) | st.just(("a row was read",)),
                own_stores=st.dictionaries(st.sampled_from(["prod", "dev"]), FEW),
                common_stores=FEW,
                one_database=st.booleans(),
            )
        ),
        taken=taken(draw(NUMBER), files=draw(NUMBER), running=draw(FEW)),
        alone=taken(draw(NUMBER), data=draw(NUMBER), running=draw(FEW)),
        migration=draw(
            st.builds(
                Migration,
                tried=st.booleans(),
                worked=st.booleans(),
                production_changed=st.booleans(),
                why=st.text(max_size=9),
            )
        ),
        effort=draw(
            st.builds(
                Effort,
                things=FEW,
                rendered_lines=FEW,
                settings_lines=st.integers(-4, 40),
                secrets=FEW,
                rights=FEW,
                manual=st.lists(st.just("a step"), max_size=4).map(tuple),
            )
        ),
    )


@given(any_figures())
def test_whatever_was_measured_has_five_ratings_and_a_sentence_for_each(figures):
    found = derive.ratings(figures)
    assert isinstance(found, Ratings)
    said = explained(figures, found)
    assert tuple(said) == derive.RATINGS
    for sentence in said.values():
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")


def more(one: Taken, memory: int = 0, files: int = 0, running: int = 0) -> Taken:
    return msgspec.structs.replace(
        one,
        memory_bytes={**one.memory_bytes, "dev": memory},
        files_bytes=one.files_bytes + files,
        running=one.running + running,
    )


@given(any_figures(), NUMBER, NUMBER)
def test_more_memory_or_more_files_never_rate_better(figures, memory, files):
    worse = msgspec.structs.replace(figures, taken=more(figures.taken, memory, files))
    before, after = map(derive.resource_efficiency, (figures, worse))
    assert EFFICIENT.index(after) <= EFFICIENT.index(before)


@given(any_figures(), NUMBER)
def test_what_is_compared_with_more_never_rates_worse(figures, memory):
    better = msgspec.structs.replace(figures, alone=more(figures.alone, memory))
    before, after = map(derive.resource_efficiency, (figures, better))
    assert beside_alone(better) <= beside_alone(figures) or not figures.alone.memory
    if figures.alone.memory:
        assert EFFICIENT.index(after) >= EFFICIENT.index(before)


@given(any_figures(), FEW, FEW, FEW, FEW)
def test_more_to_run_to_write_or_to_do_never_rates_simpler(figures, lines, rights, steps, running):
    was = figures.effort
    said = msgspec.structs.replace(
        was,
        settings_lines=was.settings_lines + lines,
        rights=was.rights + rights,
        manual=was.manual + ("a step",) * steps,
    )
    worse = msgspec.structs.replace(
        figures, effort=said, taken=more(figures.taken, running=running)
    )
    before, after = map(derive.complexity, (figures, worse))
    assert SIMPLE.index(after) >= SIMPLE.index(before)


@given(any_figures())
def test_what_came_through_is_never_outweighed(figures):
    probes = {**figures.walls.probes, "processes": {"held": 99, "crossed": 1}}
    walls = msgspec.structs.replace(figures.walls, probes=probes)
    found = derive.data_isolation(msgspec.structs.replace(figures, walls=walls))
    assert found is Isolation.CROSSED


def test_a_document_gets_ratings_customary_ones_and_where_they_differ():
    given = measured.document()
    found = derive.rated(given)
    assert found["machine"] == given["machine"]
    assert list(found["architectures"]) == list(given["architectures"])
    shared = found["architectures"]["shared"]
    assert shared["data_isolation"] == shared["customary"]["data_isolation"] == "database only"
    (memory, *_) = [one for one in shared["disagreements"] if one["rating"] != "complexity"]
    assert memory["customary"] == "high"
    assert memory["found"] == "medium"
    assert "329 MiB, 1.81 times that of production alone (182 MiB)" in memory["why"]
    for one in found["architectures"].values():
        differing = {name for name in one["customary"] if one[name] != one["customary"][name]}
        assert {each["rating"] for each in one["disagreements"]} == differing


def test_an_architecture_without_customary_ratings_disagrees_with_nobody():
    one = derive.rated(measured.document())["architectures"]["hybrid"]
    assert one["customary"] == {}
    assert one["disagreements"] == []
    assert one["parallel_run"] == "yes"


def test_a_document_that_was_kept_says_the_same_when_it_is_rated_again():
    kept = msgspec.json.encode(derive.rated(measured.document()))
    assert msgspec.json.encode(derive.rated(decode(kept))) == kept


def test_figures_of_another_shape_are_refused_by_name():
    given = {"architectures": {"dual": {"figures": {"parallel": 1}}}}
    with pytest.raises(BadInput, match="figures of dual are not such"):
        derive.rated(given)
