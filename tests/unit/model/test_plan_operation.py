"""Plans and operations as values."""

import pytest

from fakes.worlds import volume
from partywall.model.app import App, Role, Service
from partywall.model.choices import Choices, DatabaseWall
from partywall.model.operation import Operation, Stage
from partywall.model.plan import Action, Plan, Step
from partywall.model.world import World


def step() -> Step:
    entry = World.of([volume("dev/volume/data")]).entries["dev/volume/data"]
    return Step(key="dev/volume/data", action=Action.CREATE, why="new", after=entry)


def test_a_step_reads_as_one_line():
    assert str(step()) == "create dev/volume/data: new"
    assert step().environment == "dev"


def test_a_plan_reads_as_its_steps():
    assert str(Plan(scope="dev", steps=(step(),))) == "create dev/volume/data: new"
    assert Plan(scope="dev", steps=(step(),))


def test_an_empty_plan_says_so():
    assert str(Plan(scope=None)) == "no changes"
    assert not Plan(scope=None, notes=("x",))


@pytest.mark.parametrize(("reversible", "index"), [([True, False, False], 1), ([True], None)])
def test_the_first_irreversible_stage_is_the_point_of_no_return(reversible, index):
    stages = tuple(Stage(name=str(n), why="", reversible=r) for n, r in enumerate(reversible))
    operation = Operation(verb="restore", environment="dev", stages=stages)
    assert operation.point_of_no_return() == index


def test_an_app_and_choices_need_few_words():
    service = Service(name="web", role=Role.WEB, why="it publishes 80")
    assert App(name="a", folder="/a", services={"web": service}).services["web"].ports == ()
    assert Choices().database is DatabaseWall.SERVER
