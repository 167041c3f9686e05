"""Answers, and their bytes: headers and body in one piece."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

_JSON = "application/json"
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


def said(status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(status, text(document), headers or {})


def text(document: object) -> bytes:
    """A document as it is sent."""
    return json.dumps(document, separators=(",", ":")).encode()


def trouble(status: int, why: str) -> Answer:
    """An answer that is an error, in OFREP's form for those without a code."""
    return said(status, {"errorDetails": why})


def encoded(answer: Answer, *, again: bool, bare: bool = False) -> bytes:
    """All of it at once; `bare` leaves the body out, as for HEAD."""
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        _date(int(time.time())),
    ]
    if answer.status not in _NO_BODY:
        lines += [f"Content-Type: {_JSON}", f"Content-Length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if not again:
        lines.append("Connection: close")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + (b"" if bare else answer.body)


@lru_cache(1)
def _date(second: int) -> str:
    return f"Date: {formatdate(second, usegmt=True)}"
