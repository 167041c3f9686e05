"""Reads lines `NUMBER JSON` with asks, tries each, answers with such a line."""

from __future__ import annotations

import importlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from partywall.proof.inside.answer import FAILED, TOGETHER, Answer, Ask, answer

KINDS = TOGETHER | {"disk", "limits", "processes", "vault"}
"""The modules beside this one that an ask may name."""
_LINES = 12
"""Lines that are answered at the same time; as many as the proof has at work at once, and more."""
_ASKS = 8
_LIFE = 600
"""Seconds after which it ends by itself, whatever happened to whoever started it."""


def _say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def main(lines: Iterable[str], say: Callable[[str], object]) -> None:
    """Answer every line, several at a time; a line that cannot be understood ends it all."""
    saying = threading.Lock()

    def answer_to(number: str, given: dict[str, Any]) -> None:
        answers = carry_out_all(given["asks"], time.monotonic() + float(given["seconds"]))
        with saying:
            say(f"{number} {json.dumps(answers)}\n")

    with ThreadPoolExecutor(_LINES) as pool:
        for line in lines:
            number, _, given = line.partition(" ")
            pool.submit(answer_to, number, json.loads(given))


def carry_out_all(asks: list[Ask], deadline: float) -> list[Answer]:
    """The answers in the order of the asks; those that wait for servers are tried together."""
    if not all(str(ask["do"]).partition(".")[0] in TOGETHER for ask in asks):
        return [carry_out(ask, deadline) for ask in asks]
    with ThreadPoolExecutor(_ASKS) as pool:
        return list(pool.map(lambda ask: carry_out(ask, deadline), asks))


def carry_out(ask: Ask, deadline: float) -> Answer:
    """The answer to one ask, `do: kind.action`."""
    if time.monotonic() > deadline:
        return answer(FAILED, "no time was left for this attempt")
    kind, _, action = str(ask["do"]).partition(".")
    if kind not in KINDS:
        return answer(FAILED, f"no such attempt: {ask['do']}")
    try:
        # Imported late: only the client that is asked for, psycopg alone takes 0.15 s.
        module = importlib.import_module(f"partywall.proof.inside.{kind}")
        result: Answer = module.ACTIONS[action](ask)
    except Exception as error:
        return answer(FAILED, f"{type(error).__name__}: {error}")
    return result


if __name__ == "__main__":
    signal.alarm(_LIFE)
    main(sys.stdin, _say)
