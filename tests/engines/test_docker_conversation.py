"""A conversation with an agent: answers find their askers, and an end is told to everybody."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from partywall.engines.docker.agents import Agents
from partywall.engines.docker.rights import Rights
from partywall.engines.docker.stands import Position
from partywall.interfaces import Completed, Stand
from partywall.model.errors import MachineFailed
from partywall.system.conversation import Conversation

pytestmark = pytest.mark.scenario
ECHO = """
import sys
first = sys.stdin.readline()
for line in sys.stdin:
    print(line, end="", flush=True)
    if first:
        print(first, end="", flush=True)
        first = ""
"""
SILENT = "import sys; sys.stdin.read()"
DEAD = "import sys; print('no such container', file=sys.stderr); sys.exit(125)"
Opens = Callable[[str], Conversation]


@pytest.fixture
def opened() -> Iterator[Opens]:
    every: list[Conversation] = []

    def opens(program: str) -> Conversation:
        every.append(Conversation([sys.executable, "-I", "-S", "-c", program]))
        return every[-1]

    yield opens
    for one in every:
        one.close()


def test_answers_in_another_order_find_their_askers(opened: Opens) -> None:
    talk = opened(ECHO)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda word: talk.ask(word, 30).out, [f"w{n}" for n in range(8)]))
    assert said == [f"w{n}\n" for n in range(8)]


def test_one_that_does_not_answer_is_not_waited_for(opened: Opens) -> None:
    with pytest.raises(MachineFailed, match="no answer within"):
        opened(SILENT).ask("word", 0.1)


def test_one_that_ended_says_why_to_all_that_ask(opened: Opens) -> None:
    talk = opened(DEAD)
    ended = Completed(code=125, out="", err="no such container\n")
    assert talk.ask("word", 30) == ended
    assert talk.ask("word", 30) == ended


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(MachineFailed, match="cannot be started"):
        Conversation(["/no/such/docker"])


def test_each_position_has_one_agent_and_all_end(opened: Opens) -> None:
    started: list[str] = []

    def start(position: Position, name: str) -> Conversation:
        started.append(name)
        return opened(ECHO.replace("first = sys.stdin.readline()", "first = ''"))

    agents = Agents(start)
    places = [
        Position(stand=Stand(name=name), container=name, rights=Rights(user=0, group=0))
        for name in ("dev/web", "dev/db")
    ]
    for place in (*places, *places):
        assert agents.ask(place, "word", 30).out == "word\n"
    assert len(set(started)) == len(started) == 2
    agents.close()
    agents.close()
