"""One environment against another: runs attempts inside, counts them, keeps what home showed."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import uuid4

import msgspec

from partywall.interfaces import Reach, SecretStore
from partywall.model.errors import PartywallError
from partywall.model.secret import Secret, SecretRef, resolve
from partywall.model.world import Key, World
from partywall.proof.edge import Door
from partywall.proof.inside.answer import Ask
from partywall.proof.probe import OUTSIDE, Attempt, CouldNotTry, Verdict
from partywall.proof.target import Server, Target, target

AGENT = (sys.executable, "-P", "-m", "partywall.proof.inside")
"""`-P`: a module of the environment's own named like one of ours is never loaded."""

_HIDDEN = "****"
_Made = TypeVar("_Made")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent says; the words are those of `partywall.proof.inside.answer`."""

    outcome: str
    says: str = ""
    more: dict[str, Any] = {}


class Premises(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the probes work on, and nothing that they could change it with."""

    world: World
    reach: Reach
    secrets: SecretStore
    door: Door | None = None
    """Where the edge listens; None when there is none."""
    folders: Mapping[Key, str] = {}
    """Volume → its folder as its environment's own programs see it."""
    secret_files: Mapping[str, tuple[str, ...]] = {}
    """Environment → the files that hold its secrets."""
    production: str = ""
    """The environment that unknown hosts must never reach."""
    agent: tuple[str, ...] = AGENT


class Run:
    """One proof: what several probes share while it lasts."""

    def __init__(self, premises: Premises, seconds: float = 12.0) -> None:
        self.premises = premises
        self.nonce = uuid4().hex[:12]
        self.attempts: Counter[str] = Counter()
        self._deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._shown: dict[str, Any] = {}
        self._tidy: list[Callable[[], object]] = []

    def left(self) -> float:
        """Seconds until the proof has to be over."""
        return self._deadline - time.monotonic()

    def count(self, where: str, attempts: int = 1) -> None:
        """Attempts made on an environment; the load on it is part of the report."""
        with self._lock:
            self.attempts[where] += attempts

    def once(self, name: str, make: Callable[[], _Made]) -> _Made:
        """What `make` returned or raised the first time it was asked for under this name."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._shown:
                try:
                    self._shown[name] = make()
                except CouldNotTry as reason:
                    self._shown[name] = reason
            shown = self._shown[name]
        if isinstance(shown, CouldNotTry):
            raise shown
        made: _Made = shown
        return made

    def later(self, tidy: Callable[[], object]) -> None:
        """Take something back when everything has been tried."""
        with self._lock:
            self._tidy.append(tidy)

    def tidy(self) -> list[str]:
        """Take back everything; what could not be is said."""
        failed = []
        while self._tidy:
            try:
                self._tidy.pop()()
            except (CouldNotTry, PartywallError) as error:
                failed.append(str(error))
        return failed

    def targets(self, environments: tuple[str, ...]) -> dict[str, Target]:
        """Every environment as probes see it."""
        return {name: target(self.premises.world, name) for name in environments}


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

    def ask(
        self, where: Target, *asks: Ask, on: Target | None = None, grace: float = 0.0
    ) -> list[Answer]:
        """Run asks inside an environment; only its own secrets can go with them.

        Args:
            where: the environment that tries.
            asks: what it tries.
            on: the environment that bears the load, when it is another.
            grace: seconds that are granted even when the proof is over, for tidying up.

        Raises:
            CouldNotTry: when the agent cannot be run there.
        """
        self.run.count((on or where).environment, len(asks))
        known: list[str] = []
        resolved = [self._resolved(where, ask, known) for ask in asks]
        seconds = min(max(self.run.left(), grace), 10.0)
        if seconds <= 0:
            raise CouldNotTry("no time was left for this attempt")
        done = self.premises.reach.run_inside(
            where.environment,
            self.premises.agent,
            text=msgspec.json.encode({"asks": resolved, "seconds": seconds - 1}).decode(),
            seconds=seconds,
        )
        return _understood(where.environment, done.code, done.out, done.err, known)

    def home(self, where: Target, what: str, *asks: Ask) -> str:
        """What attempts came to that have to succeed where they are made; made once per proof.

        Raises:
            CouldNotTry: when they do not, so that the probe proves nothing.
        """

        def make() -> str:
            answers = self.ask(where, *asks)
            for answer in answers:
                if answer.outcome not in ("authenticated", "done"):
                    raise CouldNotTry(
                        f"{what} does not work in {where.environment} itself: "
                        f"{answer.outcome}, {answer.says}"
                    )
            return "; ".join(answer.says for answer in answers)

        return self.run.once(f"{self.probe}/{where.environment}/{what}", make)

    def reach(self, server: Server) -> dict[str, Any]:
        """Host and port of a server, as an ask names them."""
        host, port = self.premises.reach.address(server.key, server.port)
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


def _understood(environment: str, code: int, out: str, err: str, known: list[str]) -> list[Answer]:
    """The agent's answers, with every secret that it was given struck out."""
    for secret in known:
        out, err = out.replace(secret, _HIDDEN), err.replace(secret, _HIDDEN)
    try:
        answers = msgspec.json.decode(out, type=list[dict[str, Any]]) if code == 0 else None
    except msgspec.DecodeError:
        answers = None
    if answers is None:
        words = (err.strip() or out.strip() or f"exit code {code}").splitlines()[-1][:160]
        raise CouldNotTry(f"the probe's agent cannot be run inside {environment}: {words}")
    return [
        Answer(outcome=answer.pop("outcome"), says=answer.pop("says", ""), more=answer)
        for answer in answers
    ]
