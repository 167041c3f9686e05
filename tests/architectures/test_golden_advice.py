"""Advice is what was reviewed, and follows from needs, figures and axes alone."""

import ast

import msgspec
import pytest

from architectures import counsel
from docs import costs
from docs.pages import ROOT
from partywall import catalog
from partywall.advice.answer import answer
from partywall.advice.app import axes_of, effective, instances
from partywall.advice.compared import CRITERIA
from partywall.advice.memory import Memory
from partywall.advice.needs import Goal, Weights
from partywall.advice.space import AXES, points
from partywall.architectures.customary import RECOMMENDATIONS
from partywall.axes.site import FlagFolders, Machine
from partywall.axes.world import desired
from partywall.model.choices import Choices, Presence, RouteBy, Source
from partywall.workflows.advice.written import lines_of

SOURCE = ROOT / "src" / "partywall" / "advice"
MEASURED = costs.kept()["docker"]


@pytest.mark.parametrize("name", counsel.CASES)
def test_the_answer_is_the_one_that_was_reviewed(name):
    question = counsel.CASES[name]()
    found = answer(question)
    assert counsel.said(question, found) == counsel.file(name).read_text()
    if found.first is not None:
        assert found.first.estimate.peak_bytes <= question.machine.room_bytes
        assert not found.first.unmet
        here = found.first.point.choices
        for_migrations = question.needs.goal is Goal.MIGRATIONS or not question.needs.second
        assert here.presence is not Presence.ON_DEMAND or for_migrations, "no environment"


def test_no_text_is_left_of_a_case_that_is_gone():
    assert {path.stem for path in counsel.FOLDER.glob("*.txt")} == set(counsel.CASES)


def test_cases_reach_from_half_a_gibibyte_to_thirty_two_and_over_every_goal():
    every = [case() for case in counsel.CASES.values()]
    assert len(every) >= 35
    sizes = {one.machine.memory_bytes >> 20 for one in every}
    assert {512, 1024, 2048, 4096, 8192, 16384, 32768} <= sizes
    assert {one.needs.goal for one in every} == set(Goal)


def test_no_rule_names_an_architecture():
    names = set(catalog.presets()) - set(AXES)
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                quoted = {f"`{name}`" for name in names}
                assert node.value not in names, f"{path.name}:{node.lineno}"
                assert not any(one in node.value for one in quoted), f"{path.name}:{node.lineno}"


def test_other_names_make_no_other_order():
    question = counsel.asked("archive", 2560, goal=Goal.STAGING)
    names = {f"x{number}": at for number, at in enumerate(question.names.values())}
    renamed = msgspec.structs.replace(question, names=names)
    first, other = answer(question), answer(renamed)
    assert [one.same for one in first.ranked[:20]] == [one.same for one in other.ranked[:20]]


def test_the_answer_is_the_same_every_time():
    question = counsel.asked()
    assert counsel.text(question) == counsel.text(question)


@pytest.mark.parametrize("shape", counsel.SHAPES)
def test_the_estimate_names_what_the_axes_would_make(shape):
    question = counsel.asked(shape)
    site = msgspec.structs.replace(
        question.site,
        machine=Machine(cores=question.machine.cores, memory_bytes=question.machine.memory_bytes),
        environments=tuple(
            msgspec.structs.replace(one, flags=FlagFolders(served="/s", counts="/c", version="1"))
            for one in question.site.environments
        ),
    )
    memory = Memory(site, question.app, question.machine)
    tried = 0
    for number, same in enumerate(points(site, question.names)):
        if number % 97 or same.source is not Source.ONE or same.route is not RouteBy.DOMAIN:
            continue
        if memory.refusal(same):
            continue
        made = desired(msgspec.structs.replace(site, choices=same))
        lines = {line.key for line in memory.estimate(same).lines}
        assert lines == {one.key for one in instances(made)}, same
        tried += 1
    assert tried >= 1


def test_a_copy_for_each_test_is_first_for_migrations():
    first = answer(counsel.asked(goal=Goal.MIGRATIONS)).first
    assert first.same.presence is Presence.ON_DEMAND


@pytest.mark.parametrize("one", RECOMMENDATIONS, ids=lambda one: one.goal)
def test_every_customary_recommendation_has_a_verdict_with_its_reason(one):
    text = (
        counsel.file(f"club-2048-{one.goal}").read_text()
        if one.goal != "memory"
        else (counsel.file("club-1024-memory").read_text())
    )
    for name in one.names:
        lines = [line for line in text.splitlines() if line.startswith(f"    {name} ")]
        assert lines
        assert all("confirmed: " in line or "contradicted: " in line for line in lines)


def test_every_criterion_has_a_weight_and_words():
    assert list(Weights.__struct_fields__) == list(CRITERIA)


def test_points_that_are_the_same_to_the_app_are_one():
    question = counsel.asked("leaflet")
    assert axes_of(question.site) == frozenset()
    found = points(question.site, question.names)
    assert all(effective(same, question.site) == same for same in found)
    assert len(found) < len(points(counsel.site("club"), question.names)) / 10


def test_the_lines_of_a_point_choose_it():
    names = counsel.NAMES()
    for point in list(points(counsel.site("club"), names).values())[::11]:
        architecture, *others = lines_of(point)
        chosen = catalog.choices(architecture.partition(": ")[2].split(" + "))
        said = dict(line.split(": ") for line in others)
        options = {
            axis: next(one for one in AXES[axis] if one.value == word.strip('"'))
            for axis, word in said.items()
        }
        assert msgspec.structs.replace(chosen, **options) == point.choices


@pytest.mark.parametrize("name", MEASURED["architectures"])
def test_an_estimate_is_within_a_fifth_of_what_was_measured(name):
    """Beside what was kept of the same app on Docker, on a machine like that one."""
    machine, found = MEASURED["machine"], costs.figures(MEASURED)[name]
    question = counsel.asked(mib=machine["memory_bytes"] >> 20, cores=machine["cores"])
    overlay = catalog.presets()[name].overlay
    choices = catalog.choices(["dual", name] if overlay else [name])
    same = effective(choices, question.site)
    memory = Memory(question.site, question.app, question.machine)
    ratio = memory.estimate(same).bytes / found.taken.memory
    assert 0.8 <= ratio <= 1.2, f"{ratio:.2f}"


RUNS = [(app, engine) for app in (costs.APP, costs.SECOND) for engine in costs.kept(app)]


@pytest.mark.parametrize(("app", "engine"), RUNS)
def test_what_was_said_before_it_was_measured_is_within_a_fifth(app, engine):
    """From production alone; a run of an older version has what was said from the files."""
    every = costs.figures(costs.kept(app)[engine])
    said = {name: one.informed_bytes or one.estimate_bytes for name, one in every.items()}
    assert all(said.values())
    ratios = {name: said[name] / one.taken.memory for name, one in every.items()}
    assert all(0.8 <= ratio <= 1.2 for ratio in ratios.values()), ratios


def test_a_measured_database_counts_for_more_than_a_guess():
    plain, heavy = counsel.asked(), counsel.asked(measured={"prod/db": 500 << 20})
    sizes = [Memory(one.site, one.app, one.machine).estimate(Choices()) for one in (plain, heavy)]
    assert sizes[1].bytes - sizes[0].bytes == 2 * (500 - 40) << 20
    line = next(one for one in sizes[1].lines if one.key == "dev/db")
    assert (line.amount.source, line.amount.why) == ("measured", "measured in prod")
