"""Reads a request's body, JSON or form, within a limit."""

import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from makapix.api.refusal import Refusal
from makapix.pictures import MAX_BYTES

# The largest upload with its form around it.
MAX_BODY = MAX_BYTES + 20_000
MAX_DISCARDED = 16 * MAX_BODY


async def read_body(request: Request) -> dict[str, Any]:
    """Return the body's fields, an uploaded file as bytes; refuse the too large or malformed."""
    await _check_length(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _form(request)
    return _json(await request.body())


async def _check_length(request: Request) -> None:
    """Go by the announced length, so that nothing too large is kept.

    A somewhat too large body is read and thrown away: a client that is cut off while it still
    sends never sees why.
    """
    if "transfer-encoding" in request.headers:
        raise Refusal(411, "announce the length of the body")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY:
        if length.isdigit() and int(length) <= MAX_DISCARDED:
            async for _ in request.stream():
                pass
        raise Refusal(413, f"the file is larger than {MAX_BYTES // 1000} kB")


async def _form(request: Request) -> dict[str, Any]:
    async with request.form(max_files=1, max_fields=10, max_part_size=MAX_BODY) as form:
        return {
            name: await value.read() if isinstance(value, UploadFile) else value
            for name, value in form.items()
        }


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(value, dict):
        raise Refusal(400, "the body is not a JSON object")
    return value
