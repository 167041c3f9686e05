"""What the OpenFeature Remote Evaluation Protocol 0.3 asks of a service, one obligation each."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from flags.serving import FLAGS, OUTCOMES, Serving, flag, whole

pytestmark = pytest.mark.scenario

DEFINED = {
    "plain": flag(metadata={"team": "web", "level": 2}),
    "text": flag(variants={"a": "ä", "b": "b"}, defaultVariant="a"),
    "whole": flag(variants={"one": 1, "half": 0.5}, defaultVariant="one"),
    "float": flag(variants={"one": 1.0}, defaultVariant="one"),
    "object": flag(variants={"o": {"list": [1, 1.0, None], "deep": {}}}, defaultVariant="o"),
    "disabled": flag(state="DISABLED"),
    "undecided": flag(defaultVariant=None),
    "absent": flag(defaultVariant="nowhere"),
    "rule": flag(targeting={"if": [{"==": [{"var": "plan"}, "pro"]}, "on", "off"]}),
    "mine": flag(targeting={"fractional": [["on", 50], ["off", 50]]}, defaultVariant="off"),
    "a/b ü": flag(),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    one = Serving(tmp_path_factory.mktemp("served"))
    one.define(DEFINED, metadata={"set": "s", "team": "none"})
    yield one.start()
    one.close()


def test_an_evaluation_has_key_value_reason_variant_and_metadata(served: Serving) -> None:
    status, found, headers = served.ask(f"{FLAGS}/plain", {"context": {"targetingKey": "u"}})
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert found == {
        "key": "plain",
        "value": True,
        "reason": "STATIC",
        "variant": "on",
        "metadata": {"set": "s", "team": "web", "level": 2},
    }


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("text", '"\\u00e4"'),
        ("whole", "1"),
        ("float", "1.0"),
        ("object", '{"list":[1,1.0,null],"deep":{}}'),
    ],
)
def test_a_value_is_written_as_it_is_defined(served: Serving, key: str, written: str) -> None:
    with served.connection() as connection:
        connection.request("POST", f"{FLAGS}/{key}", b"{}")
        assert f'"value":{written},"' in connection.getresponse().read().decode()


def test_a_rule_that_holds_is_a_match_of_targeting(served: Serving) -> None:
    assert served.evaluate("rule", targetingKey="u", plan="pro")["reason"] == "TARGETING_MATCH"
    assert served.evaluate("rule", targetingKey="u", plan="free")["value"] is False


@pytest.mark.parametrize(("key", "reason"), [("disabled", "DISABLED"), ("undecided", "DEFAULT")])
def test_the_default_of_the_app_is_an_answer_without_a_value(
    served: Serving, key: str, reason: str
) -> None:
    """As flagd answers, but that the variant is empty rather than left out; both are allowed."""
    status, found, _ = served.ask(f"{FLAGS}/{key}")
    assert (status, found["reason"], found["variant"]) == (200, reason, "")
    assert "value" not in found


def test_an_unknown_flag_is_404(served: Serving) -> None:
    status, found, _ = served.ask(f"{FLAGS}/unknown")
    assert (status, found["key"], found["errorCode"]) == (404, "unknown", "FLAG_NOT_FOUND")
    assert found["errorDetails"]


def test_a_definition_that_leads_nowhere_is_400(served: Serving) -> None:
    status, found, _ = served.ask(f"{FLAGS}/absent")
    assert (status, found["key"], found["errorCode"]) == (400, "absent", "GENERAL")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "PARSE_ERROR"),
        (b"[]", "INVALID_CONTEXT"),
        (b'{"context": 1}', "INVALID_CONTEXT"),
        (b'{"context": {"targetingKey": 1}}', "INVALID_CONTEXT"),
        (b'{"context": ' + b'{"a":' * 9_000 + b"1" + b"}" * 9_001, "PARSE_ERROR"),
    ],
)
def test_a_wrong_request_is_400_alone_and_for_all(served: Serving, body: bytes, code: str) -> None:
    status, found, _ = served.ask(f"{FLAGS}/plain", body)
    assert (status, found["key"], found["errorCode"]) == (400, "plain", code)
    status, found, _ = served.ask(FLAGS, body)
    assert (status, found["errorCode"]) == (400, code)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"context": {}}'])
def test_without_a_targeting_key_flags_are_evaluated_as_flagd_does(
    served: Serving, body: bytes
) -> None:
    """The protocol's schema asks for one; its stock clients send none where nobody is named."""
    assert served.ask(f"{FLAGS}/rule", body)[1]["value"] is False
    found = served.ask(f"{FLAGS}/mine", body)[1]
    assert (found["variant"], found["reason"]) == ("off", "DEFAULT")


def test_all_flags_come_at_once_with_those_that_fail(served: Serving) -> None:
    status, found, _ = served.ask(FLAGS, {"context": {"targetingKey": "u"}})
    assert (status, found["metadata"]) == (200, {"set": "s", "team": "none"})
    assert [one["key"] for one in found["flags"]] == [*DEFINED]
    assert [one["key"] for one in found["flags"] if "errorCode" in one] == ["absent"]
    singly = [served.evaluate(key, targetingKey="u") for key in DEFINED if "/" not in key]
    assert found["flags"][: len(singly)] == singly


def test_the_tag_is_that_of_the_answer(served: Serving) -> None:
    context = {"context": {"targetingKey": "u", "plan": "pro"}}
    _, _, headers = served.ask(FLAGS, context)
    known = {"If-None-Match": headers["ETag"]}
    status, found, again = served.ask(FLAGS, context, headers=known)
    assert (status, found, again["ETag"]) == (304, None, headers["ETag"])
    assert "Content-Length" not in again
    other = {"context": {"targetingKey": "u", "plan": "free"}}
    assert served.ask(FLAGS, other, headers=known)[0] == 200


def test_a_tag_of_an_event_in_the_address_changes_nothing(served: Serving) -> None:
    assert served.ask(f"{FLAGS}?flagConfigEtag=abc&flagConfigLastModified=1")[0] == 200
    assert served.ask(f"{FLAGS}/plain?x=y")[1]["value"] is True


def test_a_key_may_be_escaped(served: Serving) -> None:
    assert served.evaluate("a%2Fb%20%C3%BC")["key"] == "a/b ü"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", f"{FLAGS}/plain", "POST"),
        ("DELETE", FLAGS, "POST"),
        ("GET", OUTCOMES, "POST"),
        ("PUT", "/healthz", "GET"),
    ],
)
def test_another_method_is_405(served: Serving, method: str, path: str, allowed: str) -> None:
    status, _, headers = served.ask(path, method=method)
    assert (status, headers["Allow"]) == (405, allowed)


def test_head_has_no_body(served: Serving) -> None:
    with served.raw() as raw:
        raw.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert whole(raw).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("path", ["/", "/ofrep/v1/configuration", "/ofrep/v1/evaluate"])
def test_another_address_is_404(served: Serving, path: str) -> None:
    assert served.ask(path)[0] == 404


def test_an_outcome_is_counted_without_an_answer(served: Serving) -> None:
    body = {"flag": "plain", "outcome": "bought", "context": {"targetingKey": "u"}}
    status, found, headers = served.ask(OUTCOMES, body)
    assert (status, found) == (204, None)
    assert "Content-Length" not in headers
    assert served.ask(OUTCOMES, body | {"flag": "unknown"})[0] == 404
    assert served.ask(OUTCOMES, body | {"context": {}})[1]["errorCode"] == "TARGETING_KEY_MISSING"


def test_health_says_how_many_are_in_force(served: Serving) -> None:
    found = served.health()
    assert (found["flags"], found["trouble"]) == (len(DEFINED), None)
    assert found["since"].endswith("Z")


def test_nobody_is_shown_where_it_failed(served: Serving) -> None:
    for body in (b"{", b"[" * 60_000, json.dumps({"context": {"x": "y" * 60_000}}).encode()):
        assert "Traceback" not in json.dumps(served.ask(f"{FLAGS}/mine", body)[1])
    assert "Traceback" not in served.log.read_text()
