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
    _, every = _processes(case, case.other)
    taken = [one for one in every if one.outcome == DONE and one.more.get("processes")]
    if not taken:
        raise CouldNotTry(f"no process of {case.other.environment} runs that could be tried")
    asks = [{"do": "processes.knock", **_named(census)} for census in taken]
    answers = case.ask(case.own, *asks, on=case.other)
    census, answer = min(zip(taken, answers, strict=True), key=lambda pair: pair[1].outcome != DONE)
    if answer.outcome not in (DENIED, DONE, REFUSED):
        raise CouldNotTry(answer.says)
    if answer.outcome == DENIED and not answer.more["seen"] and not answer.more["hidden"]:
        raise CouldNotTry(f"the processes of {case.other.environment} had ended meanwhile")
    return census, answer, shown


def _named(census: Answer) -> dict[str, object]:
    return {"space": census.more["space"], "processes": census.more["processes"]}


def _processes(case: Case, where: Target) -> tuple[str, list[Answer]]:
    """What can be done with processes of one's own, and which others there are at each stand."""

    def make() -> tuple[str, list[Answer]]:
        said, found = [], []
        for stand in case.stands(where):
            every = {"all": stand.alone}
            own, census = case.at(
                stand, where, {"do": "processes.own", **every}, {"do": "processes.census", **every}
            )
            if own.outcome != DONE:
                raise CouldNotTry(f"signals do not work in {where.environment} itself: {own.says}")
            said.append(own.says)
            found.append(census)
        return said[0], found

    return case.run.once(f"processes/{where.environment}", make)
