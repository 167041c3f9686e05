"""Flags: one evaluated as the service does it against the flagd provider on the same file.

Beside it what the service's endpoint does on loopback: figures of this machine, without a limit.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext

from benchmarks import machine
from benchmarks.measure import Compared, alternating, timed
from benchmarks.ports import free
from partywall.flags.service.definition import read

EVALUATED = (
    "a flag evaluated in the service's process / by the flagd provider's FILE mode",
    1 / 0.9,
)
ROUNDS = 15
_EVALUATIONS = 4_000
"""Of each round, over all flags and users in turn."""
_CLIENTS, _REQUESTS = 8, 500
"""Who asks the endpoint at the same time, each on a connection of its own, and how often."""
_WAIT = 30.0
_STATE = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off"}
_RULES: tuple[object, ...] = (
    {},
    {"if": [{"==": [{"var": "plan"}, "pro"]}, "on", "off"]},
    {"if": [{"ends_with": [{"var": "email"}, "@example.org"]}, "on", None]},
    {"fractional": [["on", 10], ["off", 90]]},
    {"if": [{"sem_ver": [{"var": "version"}, ">=", "2.1.0"]}, "on", "off"]},
)
DEFINITION = {"flags": {f"f{n}": {**_STATE, "targeting": rule} for n, rule in enumerate(_RULES)}}
USERS = [
    EvaluationContext(
        f"user-{n}",
        {"plan": ("free", "pro")[n % 2], "email": f"{n}@example.org", "version": f"2.{n % 4}.0"},
    )
    for n in range(20)
]


class Endpoint(NamedTuple):
    """What the endpoint did."""

    seconds: float
    each: list[float]
    """Of every request, in seconds."""
    resident: int
    """KiB of memory of the service's process."""

    def figures(self) -> dict[str, float]:
        """As they are reported."""
        each = sorted(self.each)
        return {
            "requests_per_second": round(len(each) / self.seconds),
            "p99_milliseconds": round(each[int(len(each) * 0.99)] * 1000, 2),
            "resident_mib": round(self.resident / 1024, 1),
        }


def compared() -> Compared:
    """Both in turn, then the endpoint."""
    name, limit = EVALUATED
    with tempfile.TemporaryDirectory(prefix="partywall-bench-") as folder:
        file = Path(folder) / "flags.json"
        file.write_text(json.dumps(DEFINITION))
        before = machine.quiet()
        with by_the_provider(file) as theirs:
            ours = in_the_service(file)
            ours(), theirs()  # once each, before it counts
            one, other = alternating(ours, theirs, ROUNDS)
        reported = endpoint(file).figures()
        quiet = before.worse(machine.quiet())
    return Compared(name=name, ours=one, others=other, limit=limit, quiet=quiet, reported=reported)


def in_the_service(file: Path) -> Callable[[], float]:
    """Seconds of a round of evaluations as the service makes them."""
    flags = read(file.read_bytes())
    return lambda: timed(lambda: _each(flags.evaluate))


@contextlib.contextmanager
def by_the_provider(file: Path) -> Iterator[Callable[[], float]]:
    """Seconds of a round of evaluations by the flagd provider."""
    provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(file))
    provider.initialize(EvaluationContext())
    try:
        yield lambda: timed(
            lambda: _each(lambda key, user: provider.resolve_boolean_details(key, False, user))
        )
    finally:
        provider.shutdown()


def _each(evaluate: Callable[[str, EvaluationContext], object]) -> None:
    keys = [*DEFINITION["flags"]]
    for number in range(_EVALUATIONS):
        evaluate(keys[number % len(keys)], USERS[number % len(USERS)])


def endpoint(file: Path) -> Endpoint:
    """What a service of its own does for a few clients that stay connected.

    Raises:
        RuntimeError: when a request is not answered.
    """
    with _serving(file) as (port, process):
        each: list[list[float]] = [[] for _ in range(_CLIENTS)]
        clients = [threading.Thread(target=_ask, args=(port, took)) for took in each]

        def all_of_them() -> None:
            for client in clients:
                client.start()
            for client in clients:
                client.join()

        seconds = timed(all_of_them)
        resident = _resident(process)
    took = [one for client in each for one in client]
    if len(took) != _CLIENTS * _REQUESTS:
        raise RuntimeError("the service left requests without an answer")
    return Endpoint(seconds, took, resident)


@contextlib.contextmanager
def _serving(file: Path) -> Iterator[tuple[int, int]]:
    """Port and process of a service that answers."""
    (port,) = free(1)
    more = {"FLAGS_FILE": str(file), "FLAGS_COUNTS": str(file.parent), "HOST": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "partywall.flags.service"],
        env={**os.environ, **more, "PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _WAIT
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), _connected(port) as connection:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        time.sleep(0.02)
    raise RuntimeError("the service does not answer")


def _ask(port: int, took: list[float]) -> None:
    """One client; what it could not ask is missed by who counts."""
    with contextlib.suppress(OSError, http.client.HTTPException), _connected(port) as connection:
        for number in range(_REQUESTS):
            body = json.dumps({"context": {"targetingKey": f"user-{number}", "plan": "pro"}})
            path = f"/ofrep/v1/evaluate/flags/f{number % len(_RULES)}"
            began = time.perf_counter()
            connection.request("POST", path, body)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                return
            took.append(time.perf_counter() - began)


def _connected(port: int) -> contextlib.closing[http.client.HTTPConnection]:
    return contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10))


def _resident(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
