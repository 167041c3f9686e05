"""Answers at each address, without a connection."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from partywall.flags.service import answer
from partywall.flags.service.answer import Answer
from partywall.flags.service.definition import read
from partywall.flags.service.keeping import Keeping
from partywall.flags.service.ofrep import FLAGS, OUTCOMES, Ofrep
from partywall.flags.service.request import Request
from partywall.flags.service.watching import Watching

DEFINITION = {
    "flags": {
        "plain": {"state": "ENABLED", "variants": {"on": True}, "defaultVariant": "on"},
        "gone": {"state": "DISABLED", "variants": {"on": True}, "defaultVariant": "on"},
        "wrong": {"state": "ENABLED", "variants": {"on": True}, "defaultVariant": "off"},
        "a/b ü": {"state": "ENABLED", "variants": {"one": 1}, "defaultVariant": "one"},
    },
    "metadata": {"set": "s"},
}


class Asking:
    """Asks without a connection."""

    def __init__(self) -> None:
        watching = Watching(Path("nowhere"))
        watching.flags = read(json.dumps(DEFINITION).encode())
        self.keeping = Keeping(None)
        self._ofrep = Ofrep(watching, self.keeping)

    def __call__(
        self, path: str, body: object = None, method: str = "POST", **headers: str
    ) -> Answer:
        sent = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method, path, named, sent, again=True)
        return asyncio.run(self._ofrep.answer(request))

    def said(self, *of: Any, **more: Any) -> Any:
        found = self(*of, **more)
        return found.status, json.loads(found.body)


@pytest.fixture
def ask() -> Asking:
    return Asking()


def test_one_flag(ask: Asking) -> None:
    assert ask.said(f"{FLAGS}/plain") == (
        200,
        {
            "key": "plain",
            "value": True,
            "reason": "STATIC",
            "variant": "on",
            "metadata": {"set": "s"},
        },
    )


def test_a_key_may_hold_anything(ask: Asking) -> None:
    assert ask.said(f"{FLAGS}/a%2Fb%20%C3%BC")[1]["value"] == 1
    assert ask.said(f"{FLAGS}/a/b%20%C3%BC")[1]["value"] == 1
    assert ask.said(f"{FLAGS}/%FF") == (
        404,
        {"key": "�", "errorCode": "FLAG_NOT_FOUND", "errorDetails": "flag '�' was not found"},
    )


def test_all_flags_with_those_that_fail(ask: Asking) -> None:
    status, found = ask.said(FLAGS)
    assert status == 200
    assert found["metadata"] == {"set": "s"}
    assert [one["key"] for one in found["flags"]] == [*DEFINITION["flags"]]
    assert [one.get("errorCode") for one in found["flags"]] == [None, None, "GENERAL", None]
    assert "value" not in found["flags"][1]


@pytest.mark.parametrize("form", ['"{}"', "{}", 'W/"{}"', '"other", "{}"', "*"])
def test_who_has_the_answer_already_gets_none(ask: Asking, form: str) -> None:
    first = ask(FLAGS)
    tag = first.headers["ETag"]
    again = ask(FLAGS, if_none_match=form.format(tag.strip('"')))
    assert again == Answer(304, b"", {"ETag": tag})
    assert ask(FLAGS, if_none_match='"other"') == first


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "PARSE_ERROR"),
        (b"\xff", "PARSE_ERROR"),
        (b'{"context": {"x": NaN}}', "PARSE_ERROR"),
        (b'{"context": {"x": ' + b"9" * 5000 + b"}}", "PARSE_ERROR"),
        (b"[" * 60_000, "PARSE_ERROR"),
        (b"[]", "INVALID_CONTEXT"),
        (b"null", "INVALID_CONTEXT"),
        (b'{"context": []}', "INVALID_CONTEXT"),
        (b'{"context": null}', "INVALID_CONTEXT"),
        (b'{"context": {"targetingKey": 7}}', "INVALID_CONTEXT"),
    ],
)
def test_a_wrong_body_is_said_in_words_of_the_protocol(ask: Asking, body: bytes, code: str) -> None:
    status, found = ask.said(f"{FLAGS}/plain", body)
    assert (status, found["key"], found["errorCode"]) == (400, "plain", code)
    status, found = ask.said(FLAGS, body)
    assert (status, found["errorCode"]) == (400, code)
    assert found["errorDetails"]


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b'{"context": {}}'])
def test_nobody_in_particular_is_answered(ask: Asking, body: bytes) -> None:
    assert ask.said(f"{FLAGS}/plain", body)[1]["value"] is True


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", FLAGS, "POST"),
        ("PUT", f"{FLAGS}/plain", "POST"),
        ("GET", OUTCOMES, "POST"),
        ("POST", "/healthz", "GET"),
        ("HEAD", "/healthz", "GET"),
    ],
)
def test_other_methods_are_not_allowed(ask: Asking, method: str, path: str, allowed: str) -> None:
    found = ask(path, method=method)
    assert (found.status, found.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["/", "/ofrep/v1/configuration", "/ofrep/v2/evaluate/flags/x", "*"]
)
def test_elsewhere_is_nothing(ask: Asking, path: str) -> None:
    assert ask(path).status == 404


ANNA = {"targetingKey": "anna"}


def test_an_outcome_is_counted_for_the_variant_of_its_user(ask: Asking) -> None:
    for flag in ("plain", "plain", "gone"):
        told = ask(OUTCOMES, {"flag": flag, "outcome": "bought", "context": ANNA})
        assert told == Answer(204)
    flags = ask.keeping.counts.document()["flags"]
    assert flags["plain"]["variants"]["on"]["outcomes"] == {"bought": 1}
    assert flags["plain"]["variants"]["on"]["days"] == {}
    assert flags["gone"]["variants"][""]["outcomes"] == {"bought": 1}


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"flag": "absent"}, 404, "FLAG_NOT_FOUND"),
        ({"flag": 1}, 400, "GENERAL"),
        ({"flag": "wrong"}, 400, "GENERAL"),
        ({"outcome": ""}, 400, "GENERAL"),
        ({"outcome": "x" * 65}, 400, "GENERAL"),
        ({"outcome": "a b"}, 400, "GENERAL"),
        ({"outcome": "a\n"}, 400, "GENERAL"),
        ({"outcome": None}, 400, "GENERAL"),
        ({"context": {}}, 400, "TARGETING_KEY_MISSING"),
        ({"context": {"targetingKey": ""}}, 400, "TARGETING_KEY_MISSING"),
        ({"context": []}, 400, "INVALID_CONTEXT"),
    ],
)
def test_an_outcome_that_is_wrong_is_not_counted(
    ask: Asking, more: dict[str, object], status: int, code: str
) -> None:
    body = {"flag": "plain", "outcome": "bought", "context": ANNA} | more
    found = ask.said(OUTCOMES, body)
    assert (found[0], found[1]["errorCode"]) == (status, code)
    assert not ask.keeping.counts.changed


def test_one_outcome_too_many_is_refused(ask: Asking) -> None:
    for number in range(64):
        ask(OUTCOMES, {"flag": "plain", "outcome": f"n{number}", "context": ANNA})
    found = ask.said(OUTCOMES, {"flag": "plain", "outcome": "n64", "context": ANNA})
    assert found[0] == 400


def test_evaluations_are_counted_alone_and_with_all(ask: Asking) -> None:
    ask(f"{FLAGS}/plain", {"context": ANNA})
    ask(f"{FLAGS}/absent", {"context": ANNA})
    ask(FLAGS, {"context": ANNA})
    flags = ask.keeping.counts.document()["flags"]
    (day,) = flags["plain"]["variants"]["on"]["days"].values()
    assert (day, flags["plain"]["variants"]["on"]["users"]) == ({"single": 1, "bulk": 1}, 1)
    assert {*flags} == {"plain", "gone", "a/b ü"}


def test_whoever_asks_for_many_flags_keeps_nobody_waiting() -> None:
    watching = Watching(Path("nowhere"))
    flags = {f"f{number}": DEFINITION["flags"]["plain"] for number in range(1_000)}
    watching.flags = read(json.dumps({"flags": flags}).encode())
    ofrep = Ofrep(watching, Keeping(None))
    order = []

    async def asked(path: str) -> None:
        assert (await ofrep.answer(Request("POST", path, {}, b"", again=True))).status == 200
        order.append(path)

    async def both() -> None:
        await asyncio.gather(asked(FLAGS), asked(f"{FLAGS}/f7"))

    asyncio.run(both())
    assert order == [f"{FLAGS}/f7", FLAGS]


def test_an_answer_is_one_piece() -> None:
    piece = answer.encoded(answer.said(200, {"a": 1}, {"ETag": '"x"'}), again=False)
    head, _, body = piece.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK"
    assert {"Content-Length: 7", 'ETag: "x"', "Connection: close"} <= {*lines}
    assert body == b'{"a":1}'
    assert answer.encoded(answer.said(405, {"a": 1}), again=True, bare=True).endswith(b"\r\n\r\n")
    assert b"Content-Length" not in answer.encoded(Answer(204), again=True)
