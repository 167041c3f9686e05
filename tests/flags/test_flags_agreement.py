"""A stock client says of our service what the flagd provider says of the same file.

Where the protocol, or its stock client, must differ, the test of it says so.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

from flags import cases
from flags.cases import Case, User
from flags.serving import Serving, flag

pytestmark = pytest.mark.scenario

DEFAULTS: dict[str, Any] = {
    "boolean": True,
    "string": "default",
    "integer": 4711,
    "float": 47.11,
    "object": {"default": True},
}
MORE = {"numbers": flag(variants={"one": 1, "half": 0.5}, defaultVariant="one")}


class Told(NamedTuple):
    """What an app is told."""

    value: Any
    type: type
    variant: str | None
    reason: str | None
    error: str | None
    metadata: dict[str, Any]


class Both(NamedTuple):
    """Clients of the same definition, by our service and by the file."""

    ours: OpenFeatureClient
    theirs: OpenFeatureClient


def told(client: OpenFeatureClient, key: str, kind: str, user: User) -> Told:
    ask = getattr(client, f"get_{kind}_details")
    found = ask(key, DEFAULTS[kind], EvaluationContext(user.key, user.attributes))
    # No variant is None of the one and an empty text of the other: OFREP leaves open whether an
    # answer has one, and its stock client fails where there is none.
    variant = found.variant or None
    error = found.error_code and str(found.error_code)
    metadata = dict(found.flag_metadata)
    return Told(found.value, type(found.value), variant, found.reason, error, metadata)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    serving = Serving(tmp_path_factory.mktemp("agreement"))
    document, _ = cases.definition()
    serving.put(json.dumps(document | {"flags": document["flags"] | MORE}).encode())
    serving.start()
    ours = OFREPProvider(f"http://127.0.0.1:{serving.port}")
    theirs = FlagdProvider(
        resolver_type=ResolverType.FILE, offline_flag_source_path=str(serving.file)
    )
    with contextlib.closing(ours.session):
        api.set_provider_and_wait(ours, "ours")
        api.set_provider_and_wait(theirs, "theirs")
        yield Both(api.get_client("ours"), api.get_client("theirs"))
        api.shutdown()
    serving.close()


@pytest.mark.parametrize("case", cases.definition()[1], ids=lambda case: case.key)
def test_both_say_the_same_of_every_flag_to_everybody(both: Both, case: Case) -> None:
    for user in cases.users():
        ours = told(both.ours, case.key, case.type, user)
        theirs = told(both.theirs, case.key, case.type, user)
        if theirs.error:
            # An error of the protocol carries no metadata that its stock client would read.
            theirs = theirs._replace(metadata=ours.metadata)
        assert ours == theirs, user


def test_both_know_nothing_of_an_unknown_flag(both: Both) -> None:
    user = cases.users()[5]
    ours = told(both.ours, "unknown", "string", user)
    assert ours == told(both.theirs, "unknown", "string", user)
    assert (ours.value, ours.error) == ("default", "FLAG_NOT_FOUND")


@pytest.mark.parametrize(
    ("asked", "defined"),
    [("boolean", "string"), ("string", "boolean"), ("integer", "string"), ("object", "float")],
)
def test_both_refuse_another_type(both: Both, asked: str, defined: str) -> None:
    _, found = cases.definition()
    case = next(
        one
        for one in found
        if one.type == defined
        and "targeting" not in one.flag
        and one.flag["state"] == "ENABLED"
        and one.flag.get("defaultVariant") in one.flag["variants"]
    )
    user = cases.users()[5]
    ours = told(both.ours, case.key, asked, user)
    assert (ours.value, ours.error) == (DEFAULTS[asked], "TYPE_MISMATCH")
    assert told(both.theirs, case.key, asked, user)[:5] == ours[:5]


def test_a_whole_number_asked_for_as_a_float_differs(both: Both) -> None:
    """OFREP knows no type that is asked for, and its stock client takes no 1 for a float.

    We write what is defined: whoever wants floats writes 1.0.
    """
    user = cases.users()[5]
    assert told(both.theirs, "numbers", "float", user).value == 1.0
    assert told(both.ours, "numbers", "float", user).error == "TYPE_MISMATCH"
    assert told(both.ours, "numbers", "integer", user).value == 1


def test_the_cases_hold_what_they_are_to_try() -> None:
    document, found = cases.definition()
    text = json.dumps(document)
    for word in ("if", "==", "in", "and", "or", "!", "var", "fractional", "starts_with"):
        assert text.count(f'"{word}":') >= 5, word
    for word in ("ends_with", "sem_ver", "$ref", "metadata", "$flagd.flagKey"):
        assert text.count(f'"{word}"') >= 5, word
    assert len(found) == len(document["flags"]) == cases.FLAGS
    assert sum(case.flag["state"] == "DISABLED" for case in found) >= 5
    assert sum("defaultVariant" not in case.flag for case in found) >= 5
    assert cases.definition() == (document, found)


def test_the_cases_end_in_every_way(both: Both) -> None:
    user = cases.users()[5]
    ends = [told(both.ours, case.key, case.type, user) for case in cases.definition()[1]]
    for reason in ("STATIC", "TARGETING_MATCH", "DEFAULT", "DISABLED", "ERROR"):
        assert sum(end.reason == reason for end in ends) >= 5, reason
    assert len({end.variant for end in ends}) >= 5
