"""The proof of what stands: commands beside a service, sessions, an address without password."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest

from partywall.interfaces import Reach
from partywall.model.errors import BadInput, MachineFailed
from partywall.proof.premises import AGENT
from partywall.workflows.opening import Where, open_project
from scenarios.holes import no_password
from scenarios.installation import Installation

pytestmark = pytest.mark.scenario
ROOT = os.geteuid() == 0


def reach(installation: Installation) -> Reach:
    return open_project(Where(folder=installation.folder)).engine.reach()


def test_a_command_beside_a_service_has_what_the_service_has(standing: Installation) -> None:
    words = 'echo "$NAME/$WORD in $PWD as $(id -u)"; cat; echo odd >&2; exit 3'
    done = reach(standing).run_beside("dev/worker", ("sh", "-c", words), text="a line\n")
    leader = standing.process("dev/worker")
    assert leader is not None
    uid = Path(f"/proc/{leader.pid}").stat().st_uid
    assert done.out == f"dev/hello in {standing.folder} as {uid}\na line\n"
    assert (done.err, done.code) == ("odd\n", 3)
    assert uid != os.geteuid() or not ROOT


def test_a_command_beside_a_service_knows_its_secrets_alone(standing: Installation) -> None:
    done = reach(standing).run_beside("prod/worker", ("sh", "-c", 'echo "$DATABASE_URL"'))
    assert standing.env("prod")["POSTGRES_PASSWORD"] in done.out
    assert standing.env("dev")["POSTGRES_PASSWORD"] not in done.out


def test_a_command_beside_a_service_ends_in_time(standing: Installation) -> None:
    with pytest.raises(MachineFailed, match="did not end within"):
        reach(standing).run_beside("dev/worker", ("sleep", "60"), seconds=0.5)


def test_nothing_is_beside_what_is_not_there(standing: Installation) -> None:
    with pytest.raises(BadInput, match="dev/wrker is not there"):
        reach(standing).run_beside("dev/wrker", ("true",))


def sessions(installation: Installation) -> list[tuple[str, str]]:
    rows = installation.document("prove", code=None)["probes"]
    return [(row["verdict"], row["answer"]) for row in rows if row["probe"] == "session"]


def test_an_app_that_says_nothing_of_sessions_is_told_how(standing: Installation) -> None:
    lines = sessions(standing)
    assert [verdict for verdict, _ in lines] == ["could not try"] * 2
    assert all("`session: {open: …, close: …, path: …}`" in words for _, words in lines)


def test_sessions_of_the_reference_app_hold_and_nobody_is_left(real_app: Installation) -> None:
    people = "SELECT handle FROM users ORDER BY handle"
    before = {name: real_app.query(name, people) for name in ("prod", "dev")}
    lines = sessions(real_app)
    assert [verdict for verdict, _ in lines] == ["held"] * 2, lines
    assert all("at home: 200 OK with it, 401" in words for _, words in lines)
    assert {name: real_app.query(name, people) for name in ("prod", "dev")} == before


@pytest.mark.sabotage("http", "an address that lost its password after it was made")
@pytest.mark.parametrize("broken", [False, True], ids=["readable", "unreadable"])
def test_an_address_that_lost_its_password_is_a_hole(standing: Installation, broken: bool) -> None:
    """Whether or not the app can be read that says what should be asked there."""
    compose = standing.folder / "compose.yaml"
    text = compose.read_text()
    compose.write_text(text + "  : : broken\n" * broken)
    try:
        with no_password(standing):
            rows = standing.document("prove", code=1)["probes"]
    finally:
        compose.write_text(text)
    lines = [row for row in rows if "without the password" in row["tried"]]
    assert {row["verdict"] for row in lines if row["to"] == "dev"} == {"crossed"}, lines


def agents(installation: Installation) -> list[int]:
    """Processes of the proof's agents inside environments."""
    inside = [one.pid for _, one in installation.marked()]
    mine = [pid for pid in inside if b"partywall.proof.inside" in command_line(pid)]
    return sorted(mine)


def command_line(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_an_environment_has_one_agent_that_answers_until_the_proof_is_over(
    standing: Installation,
) -> None:
    text = json.dumps({"asks": [{"do": "processes.own", "all": False}], "seconds": 10})
    ways = reach(standing)
    (stand,) = ways.stands("dev")
    assert agents(standing) == []
    try:
        said = [json.loads(ways.run_inside(stand, AGENT, text=text).out) for _ in range(3)]
        assert [one["outcome"] for answers in said for one in answers] == ["done"] * 3
        (agent,) = agents(standing)
        leader = standing.process("dev/worker")
        assert leader is not None
        assert Path(f"/proc/{agent}").stat().st_uid == Path(f"/proc/{leader.pid}").stat().st_uid
    finally:
        ways.leave()
    assert agents(standing) == []
    assert ways.run_inside(stand, AGENT, text=text).code == 0
    ways.leave()
