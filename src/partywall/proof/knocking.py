"""The attempt on the other's processes that the probes for processes and for secrets share."""

from __future__ import annotations

from partywall.proof.case import Answer, Case
from partywall.proof.inside.answer import DENIED, DONE, REFUSED
from partywall.proof.probe import CouldNotTry
from partywall.proof.target import Target


def knock(case: Case) -> tuple[Answer, Answer, str]:
    """The other's own list of its processes, what trying them gave, and what home showed.

    Raises:
        CouldNotTry: when there was nothing to try it on, or it does not work at home.
    """
    mine, theirs = case.own.environment, case.other.environment
    return case.run.once(f"knock/{mine}/{theirs}", lambda: _knock(case))


def _knock(case: Case) -> tuple[Answer, Answer, str]:
    shown, _ = _processes(case, case.own)
    _, census = _processes(case, case.other)
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


def _processes(case: Case, where: Target) -> tuple[str, Answer]:
    """What can be done with a process of one's own, and which others of the user there are."""

    def make() -> tuple[str, Answer]:
        own, census = case.ask(where, {"do": "processes.own"}, {"do": "processes.census"})
        if own.outcome != DONE:
            raise CouldNotTry(f"signals do not work in {where.environment} itself: {own.says}")
        return own.says, census

    return case.run.once(f"processes/{where.environment}", make)
