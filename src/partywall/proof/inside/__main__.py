"""Reads asks as JSON on standard input, tries each, writes the answers as JSON."""

from __future__ import annotations

import importlib
import json
import sys
import time

from partywall.proof.inside.answer import FAILED, TIMED_OUT, Answer, Ask, answer

KINDS = frozenset({"broker", "cache", "database", "processes", "vault"})
"""The modules beside this one that an ask may name."""


def main() -> None:
    """Answer every ask in order; an ask that cannot be carried out is an answer too."""
    given = json.load(sys.stdin)
    deadline = time.monotonic() + float(given["seconds"])
    answers = [carry_out(ask, deadline) for ask in given["asks"]]
    json.dump(answers, sys.stdout)


def carry_out(ask: Ask, deadline: float) -> Answer:
    """The answer to one ask, `do: kind.action`."""
    if time.monotonic() > deadline:
        return answer(TIMED_OUT, "no time was left for this attempt")
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
    main()
