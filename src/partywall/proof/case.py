"""One environment against another: attempts run inside it, with its own secrets alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from partywall.interfaces import Stand
from partywall.model.secret import Secret, SecretRef, resolve
from partywall.proof.inside.answer import (
    AUTHENTICATED,
    DENIED,
    DONE,
    FAILED,
    REFUSED,
    TIMED_OUT,
    TOGETHER,
    UNREACHABLE,
    Ask,
)
from partywall.proof.premises import AGENT, Premises
from partywall.proof.probe import OUTSIDE, Attempt, CouldNotTry, Verdict
from partywall.proof.run import Run
from partywall.proof.target import Server, Target
from partywall.system.decoding import decode

__all__ = ["AGENT", "Answer", "Case", "Premises", "Run"]

_HIDDEN = "****"
GOOD = (AUTHENTICATED, DONE)
"""The outcomes of what succeeded."""
_RANKS = (*GOOD, FAILED, REFUSED, DENIED, TIMED_OUT, UNREACHABLE)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent says; the words are those of `partywall.proof.inside.answer`."""

    outcome: str
    says: str = ""
    more: dict[str, Any] = {}


class Case:
    """`own` tries to get at `other`."""

    def __init__(self, probe: str, run: Run, own: Target | None, other: Target) -> None:
        self.probe = probe
        self.run = run
        self.premises = run.premises
        self._own = own
        self.other = other

    @property
    def own(self) -> Target:
        """The environment that tries; there is none from outside."""
        if self._own is None:
            raise CouldNotTry("this attempt starts inside an environment")
        return self._own

    def attempt(self, verdict: Verdict, tried: str, answer: str) -> Attempt:
        """One line of the report."""
        return Attempt(
            probe=self.probe,
            start=self._own.environment if self._own else OUTSIDE,
            to=self.other.environment,
            verdict=verdict,
            tried=tried,
            answer=answer,
        )

    def judged(self, crossed: bool, tried: str, answer: str) -> Attempt:
        """A line that says crossed or held."""
        return self.attempt(Verdict.CROSSED if crossed else Verdict.HELD, tried, answer)

    def refuse_attached(self, where: Target) -> None:
        """Nothing is run and nothing written where somebody else's environment is.

        Raises:
            CouldNotTry: when it is one.
        """
        if where.environment in self.premises.attached:
            raise CouldNotTry(f"{where.environment} is attached: nothing is run inside it")

    def stands(self, where: Target) -> tuple[Stand, ...]:
        """Every position in an environment from which something may look different."""
        name = where.environment

        def make() -> tuple[Stand, ...]:
            stands = tuple(self.premises.reach.stands(name))
            self.run.stands[name] = tuple(stand.name for stand in stands)
            return stands

        return self.run.once(f"stands/{name}", make)

    def ask(
        self, where: Target, *asks: Ask, on: Target | None = None, grace: float = 0.0
    ) -> list[Answer]:
        """What asks come to at best from anywhere inside an environment; raises as `each` does."""
        every = self.each(where, *asks, on=on, grace=grace)
        rows = zip(*(answers for _, answers in every), strict=True)
        return [_furthest([stand for stand, _ in every], row) for row in rows]

    def each(
        self, where: Target, *asks: Ask, on: Target | None = None, grace: float = 0.0
    ) -> list[tuple[Stand, list[Answer]]]:
        """Run asks inside an environment, from each position that matters to them.

        Args:
            where: the environment that tries; only its own secrets can go with the asks.
            asks: what it tries.
            on: the environment that bears the load, when it is another.
            grace: seconds that are granted even when the proof is over, for tidying up.

        Raises:
            CouldNotTry: when the agent cannot be run in one of them.
        """
        stands = self._apart(where, asks)
        if len(stands) == 1:
            return [(stands[0], self.at(stands[0], where, *asks, on=on, grace=grace))]
        with ThreadPoolExecutor(len(stands)) as pool:
            said = pool.map(lambda one: self.at(one, where, *asks, on=on, grace=grace), stands)
            return list(zip(stands, said, strict=True))

    def at(
        self, stand: Stand, where: Target, *asks: Ask, on: Target | None = None, grace: float = 0.0
    ) -> list[Answer]:
        """Run asks in one position of an environment; raises as `each` does."""
        self.refuse_attached(where)
        self.run.count((on or where).environment, len(asks))
        known: list[str] = []
        resolved = [self._resolved(where, ask, known) for ask in asks]
        seconds = min(max(self.run.left(), grace), 10.0)
        if seconds <= 0:
            raise CouldNotTry("no time was left for this attempt")
        done = self.premises.reach.run_inside(
            stand,
            self.premises.agent,
            text=msgspec.json.encode({"asks": resolved, "seconds": seconds - 1}).decode(),
            seconds=seconds,
        )
        return _understood(stand.name, done.code, done.out, done.err, known)

    def first(self, where: Target, *asks: Ask, grace: float = 0.0) -> list[Answer]:
        """The answers from the first position in which all asks succeed, or else the last ones.

        `grace` and what is raised are as in `each`.
        """
        answers: list[Answer] = []
        for stand in self._apart(where, asks):
            answers = self.at(stand, where, *asks, grace=grace)
            if all(answer.outcome in GOOD for answer in answers):
                break
        return answers

    def home(self, where: Target, what: str, *asks: Ask) -> str:
        """What attempts came to that have to succeed where they are made; made once per proof.

        Raises:
            CouldNotTry: when they do not, so that the probe proves nothing.
        """

        def make() -> str:
            answers = self.first(where, *asks)
            for answer in answers:
                if answer.outcome not in GOOD:
                    raise CouldNotTry(
                        f"{what} does not work in {where.environment} itself: "
                        f"{answer.outcome}, {answer.says}"
                    )
            return "; ".join(answer.says for answer in answers)

        return self.run.once(f"{self.probe}/{where.environment}/{what}", make)

    def _apart(self, where: Target, asks: Sequence[Ask]) -> list[Stand]:
        """One stand for each set of networks, where nothing else counts."""
        stands = self.stands(where)
        if any(str(ask["do"]).partition(".")[0] not in TOGETHER for ask in asks):
            return list(stands)
        return list({stand.networks: stand for stand in reversed(stands)}.values())[::-1]

    def reach(self, server: Server) -> dict[str, Any]:
        """Host and port of a server, as an ask names them."""
        host, port = self.premises.reach.address(server.key, server.port, server.near)
        return {"host": host, "port": port}

    def value(self, environment: str, ref: SecretRef) -> Secret:
        """The value of an environment's secret."""
        return self.premises.secrets.value(environment, ref)

    def _resolved(self, where: Target, ask: Ask, known: list[str]) -> Ask:
        """The ask with its password, which is noted so that no answer repeats it."""
        template = ask.get("password")
        if not template:
            return ask
        password = resolve(template, lambda ref: self.value(where.environment, ref))
        known.append(password)
        return {**ask, "password": password}


def _furthest(stands: Sequence[Stand], answers: Sequence[Answer]) -> Answer:
    """The answer that got furthest, and who it was when there are several."""
    rank = min(range(len(answers)), key=lambda number: _RANKS.index(answers[number].outcome))
    best = answers[rank]
    if len(stands) == 1 or best.outcome not in GOOD:
        return best
    return msgspec.structs.replace(best, says=f"{best.says} (from {stands[rank].name})")


def _understood(environment: str, code: int, out: str, err: str, known: list[str]) -> list[Answer]:
    """The agent's answers, with every secret that it was given struck out."""
    for secret in known:
        out, err = out.replace(secret, _HIDDEN), err.replace(secret, _HIDDEN)
    try:
        answers = decode(out, list[dict[str, Any]]) if code == 0 else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        answers = None
    if answers is None:
        words = (err.strip() or out.strip() or f"exit code {code}").splitlines()[-1][:160]
        raise CouldNotTry(f"the probe's agent cannot be run inside {environment}: {words}")
    return [
        Answer(outcome=answer.pop("outcome"), says=answer.pop("says", ""), more=answer)
        for answer in answers
    ]
