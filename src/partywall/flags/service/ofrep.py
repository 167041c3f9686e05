"""What is answered at each address.

A context without a targeting key is evaluated, as flagd does. A flag without a value (it is
disabled, or says no variant) is answered without `value` and with an empty `variant`: OFREP leaves
open whether there is one, and a stock client in Python fails where there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

from openfeature.evaluation_context import EvaluationContext

from . import asked
from .answer import Answer, said, text, trouble
from .flagset import FlagSet, Said, SaysNothing
from .keeping import Keeping
from .request import Request
from .watching import Watching

FLAGS = "/ofrep/v1/evaluate/flags"
OUTCOMES = "/partywall/v1/outcomes"
HEALTH = "/healthz"
_AT_ONCE = 100
"""Flags of one answer, after which others get their turn."""
Act = Callable[[Request], Awaitable[Answer]]


class Ofrep:
    """Answers with what is in force, and counts."""

    def __init__(self, watching: Watching, keeping: Keeping) -> None:
        self._watching = watching
        self._keeping = keeping
        self._counts = keeping.counts
        self._whole = asyncio.Lock()

    async def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        method, act = self._route(request.path)
        if act is None:
            return trouble(404, "there is nothing at this address")
        if request.method != method:
            return said(405, {"errorDetails": f"only {method} is answered here"}, {"Allow": method})
        try:
            return await act(request)
        except SaysNothing as error:
            return _failed(error)

    def _route(self, path: str) -> tuple[str, Act | None]:
        if path == HEALTH:
            return "GET", self._health
        if path == OUTCOMES:
            return "POST", self._outcome
        if path in {FLAGS, f"{FLAGS}/"}:
            return "POST", self._all
        return "POST", self._one if path.startswith(f"{FLAGS}/") else None

    async def _one(self, request: Request) -> Answer:
        """One flag, by its name in the address."""
        key = unquote(request.path[len(FLAGS) + 1 :])
        try:
            context = asked.context(asked.document(request.body))
            found = self._watching.flags.evaluate(key, context)
        except SaysNothing as error:
            return _failed(error, key=key)
        self._counts.evaluated(key, found.variant, context.targeting_key or "", "single")
        return said(200, _evaluation(found))

    async def _all(self, request: Request) -> Answer:
        """All flags; nothing, where the asker has the same answer already."""
        context = asked.context(asked.document(request.body))
        found = []
        async with self._whole:
            flags = self._watching.flags
            for number, key in enumerate(flags, 1):
                found.append(self._said_of_all(flags, key, context))
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
        body = text({"flags": found, "metadata": dict(flags.metadata)})
        tag = blake2b(body, digest_size=16).hexdigest()
        headers = {"ETag": f'"{tag}"'}
        if _has(request.headers.get("if-none-match", ""), tag):
            return Answer(304, headers=headers)
        return Answer(200, body, headers)

    def _said_of_all(
        self, flags: FlagSet, key: str, context: EvaluationContext
    ) -> Mapping[str, Any]:
        try:
            found = flags.evaluate(key, context)
        except SaysNothing as error:
            return _failure(error, key=key)
        self._counts.evaluated(key, found.variant, context.targeting_key or "", "bulk")
        return _evaluation(found)

    async def _outcome(self, request: Request) -> Answer:
        """What became of a user of one flag, counted for the variant that is this user's now."""
        flag, outcome, context = asked.outcome(asked.document(request.body))
        variant = self._watching.flags.evaluate(flag, context).variant
        if not self._counts.became(flag, variant, outcome, context.targeting_key or ""):
            raise SaysNothing("GENERAL", "this flag has too many outcomes")
        return Answer(204)

    async def _health(self, _request: Request) -> Answer:
        watching = self._watching
        troubles = "; ".join(one for one in (watching.trouble, self._keeping.trouble) if one)
        since, count = watching.since or None, len(watching.flags)
        return said(200, {"flags": count, "since": since, "trouble": troubles or None})


def _evaluation(found: Said) -> dict[str, Any]:
    """A flag's answer in OFREP's form."""
    value = {"value": found.value} if found.variant else {}
    return {
        "key": found.key,
        "reason": found.reason,
        "variant": found.variant,
        **value,
        "metadata": found.metadata,
    }


def _failure(error: SaysNothing, **key: str) -> dict[str, str]:
    return {**key, "errorCode": error.code, "errorDetails": error.details}


def _failed(error: SaysNothing, **key: str) -> Answer:
    return said(404 if error.code == "FLAG_NOT_FOUND" else 400, _failure(error, **key))


def _has(header: str, tag: str) -> bool:
    """Whether `If-None-Match` names this tag: alone or among others, weak, or without marks."""
    named = (one.strip().removeprefix("W/").strip('"') for one in header.split(","))
    return any(one in {tag, "*"} for one in named)
