"""How long a program is waited for, and what says sooner that it will never be ready."""

import pytest

from partywall.engines.embedded.supervise.processes import Process
from partywall.engines.embedded.supervise.program import Health, Program
from partywall.engines.embedded.supervise.state import State
from partywall.engines.embedded.waiting import patience, too_late, trouble
from partywall.model.app import HealthCheck, Role
from partywall.model.world import Instance, Job

FIRST = State("dev/x")


def process(pid):
    return Process("boot", pid, 1)


def instance(**more):
    given = {"run": ("x",), "health": HealthCheck(command=("x",)), **more}
    return Instance(key="dev/x", service="x", role=Role.APP, **given)


def job(once_per="definition"):
    return Job(key="dev/job/x", instance=instance(), once_per=once_per)


@pytest.mark.parametrize(
    ("health", "seconds"),
    [
        (None, 120),
        (Health(interval=2, timeout=2, retries=3), 120),
        (Health(interval=30, timeout=30, retries=3), 210),
        (Health(interval=30, timeout=10, retries=5, start_period=600), 830),
    ],
)
def test_a_program_gets_the_time_that_its_health_check_may_take(health, seconds):
    assert patience(health) == seconds


def test_what_runs_to_its_end_may_take_its_time():
    assert patience(None, once=True) == 600


def test_nothing_is_wrong_while_it_may_become_ready():
    assert trouble(instance(), FIRST, State("dev/x", running=True)) is None
    assert trouble(instance(), FIRST, State("dev/x", restarts=2)) is None
    assert trouble(job(), FIRST, State("dev/x", running=True, healthy=False)) is None


def test_its_own_check_is_believed():
    unwell = State("dev/x", running=True, process=process(7), healthy=False, health_says="no")
    assert trouble(instance(), FIRST, unwell).why == "it is unhealthy: no"
    assert trouble(instance(), FIRST, unwell._replace(stale=True)) is None


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("sh", "-c", "./check.sh"), True),
        (("curl", "127.70.1.9:41000"), False),
        (("sh", "-c", "curl $HOST:$PORT"), False),
        (("sh", "-c", "curl ${HOST}:$PORT"), False),
        (("python", "-c", "os.environ['HOST']"), False),
        (("curl", "$HOSTNAME"), True),
    ],
)
def test_a_check_that_asks_elsewhere_is_told_where_the_service_listens(command, told):
    made = Program(
        key="dev/x", project="p", command=("x",), log="/l",
        environment={"HOST": "127.70.1.9", "PORT": "41000"}, health=Health(command=command),
    )  # fmt: skip
    unwell = State("dev/x", running=True, process=process(7), healthy=False, health_says="exit 7")
    found = trouble(instance(), FIRST, unwell._replace(program=made))
    assert ("127.70.1.9:41000 ($HOST, $PORT) and not on localhost" in found.remedy) == told


def test_ours_is_not():
    unwell = State("dev/x", running=True, healthy=False)
    assert trouble(instance(health=None), FIRST, unwell) is None
    assert trouble(instance(run=None), FIRST, unwell) is None


def test_an_old_verdict_does_not_count():
    first = State("dev/x", running=True, process=process(7), healthy=False)
    assert trouble(instance(), first, first) is None
    assert trouble(instance(), first, first._replace(process=process(8))) is not None


@pytest.mark.parametrize("restart", ["", "no", "on-failure", "on-failure:3"])
def test_what_compose_would_leave_alone_may_be_a_job(restart):
    found = trouble(instance(restart=restart), FIRST, State("dev/x", restarts=3, last_exit=0))
    assert "exit code 0" in found.why
    assert "services: {x: {role: job}}" in found.remedy


@pytest.mark.parametrize(("restart", "code"), [("always", 0), ("unless-stopped", 0), ("no", 1)])
def test_anything_else_crashes(restart, code):
    found = trouble(instance(restart=restart), FIRST, State("dev/x", restarts=3, last_exit=code))
    assert found.why == "it crashes again and again"
    assert not found.remedy


def test_a_start_that_failed_says_why():
    assert trouble(instance(), FIRST, State("dev/x", failed="no such folder")).why == (
        "no such folder"
    )


def test_too_late():
    starting = State("dev/x", running=True, health_says="refused")
    assert too_late(instance(), starting, 120).why == "it is not healthy after 120 s: refused"
    assert "services: {x: {role: worker}}" in too_late(job(), starting, 120).remedy
    assert not too_late(job("data"), starting, 120).remedy
