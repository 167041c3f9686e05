"""The attempt on the other's processes that the probes for processes and for secrets share."""

from __future__ import annotations

from partywall.proof.case import Answer, Case
from partywall.proof.inside.answer import DENIED, DONE, REFUSED
from partywall.proof.probe import CouldNotTry


def knock(case: Case) -> tuple[Answer, Answer, str]:
    """The other's own list of its processes, what trying them gave, and what home showed.

    Raises:
        CouldNotTry: when there was nothing to try it on, or it does not work at home.
    """
    mine, theirs = case.own.environment, case.other.environment
    return case.run.once(f"knock/{mine}/{theirs}", lambda: _knock(case))


def _knock(case: Case) -> tuple[Answer, Answer, str]:
    shown = case.home(case.own, "a child process", {"do": "processes.own"})
    (census,) = case.ask(case.other, {"do": "processes.census"})
    if census.outcome != DONE or not census.more.get("processes"):
        raise CouldNotTry(f"no process of {case.other.environment} runs that could be tried")
    ask = {
        "do": "processes.knock",
        "space": census.more["space"],
        "processes": census.more["processes"],
    }
    (answer,) = case.ask(case.own, ask, on=case.other)
    if answer.outcome not in (DENIED, DONE, REFUSED):
        raise CouldNotTry(answer.says)
    if answer.outcome == DENIED and not answer.more["seen"] and not answer.more["hidden"]:
        raise CouldNotTry(f"the processes of {case.other.environment} had ended meanwhile")
    return census, answer, shown
