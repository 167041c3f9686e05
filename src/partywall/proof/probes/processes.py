"""Wall `processes`: one environment's programs on the other's running ones."""

from __future__ import annotations

from collections.abc import Iterable

from partywall.proof.case import Answer, Case
from partywall.proof.knocking import knock
from partywall.proof.probe import Attempt, Probe


def across(case: Case) -> Iterable[Attempt]:
    """Signal 0, which is never delivered, to up to twenty of the other's processes."""
    census, answer, shown = knock(case)
    tried = f"signal {case.other.environment}'s processes (signal 0: asked, never delivered)"
    yield case.judged(bool(answer.more.get("signals")), tried, _words(census, answer, shown))


def _words(census: Answer, answer: Answer, shown: str) -> str:
    if not answer.more.get("signals"):
        return f"{answer.says} (at home: {shown})"
    same = answer.more["uid"] == census.more["uid"]
    return f"{answer.says}: {'the engine runs both under one user' if same else 'rights too wide'}"


PROBE = Probe(
    name="processes",
    shows="an environment can neither stop nor disturb the other's processes",
    across=across,
)
