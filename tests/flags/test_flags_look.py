"""Flags that have had their time, changes behind flags, and outcomes, by the command line."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flags.serving import FLAGS, OUTCOMES
from partywall.flags.settings import Rule, Setting
from partywall.workflows.flags.kept import Change, Kept
from scenarios.installation import MAKAPIX, Installation, tiny, until

pytestmark = pytest.mark.scenario

DAY = 86_400.0
DEFINED = """\
flags:
  new-cart: {variants: {"on": true, "off": false}, defaultVariant: "off"}
  cart-colour: {variants: {red: f00, blue: 00f}, defaultVariant: red}
  dark-mode: {variants: {"on": true, "off": false}, defaultVariant: "off"}
  slow-lane:
    variants: {"on": true, "off": false}
    defaultVariant: "off"
    targeting: {if: [{in: [{var: plan}, [pro]]}, "on"]}
    metadata: {owner: ada, expires: "2026-01-31"}
  old-gate: {variants: {a: 1, b: 2}}
  gone-long-ago: {variants: {a: 1, b: 2}}
  only-mentioned: {variants: {a: 1, b: 2}, metadata: {expires: "2999-12-31"}}
  new_upload_flow: {variants: {"on": true, "off": false}, defaultVariant: "off"}
"""
PLANTED = {
    "makapix/cart.py": 'from openfeature import api\n\nNEW = "new-cart"\nflags = api.get_client()\n'
    'if flags.get_boolean_value(NEW, False):\n    flags.get_string_value("cart-colour", "")\n',
    "makapix/page/static/shop.js": "const on = client.getBooleanValue('dark-mode', false);\n"
    "// client.getBooleanValue('gone-long-ago', false)\n",
    "makapix/page/Shop.tsx": "const { value } = useFlag('typo-in-react', false);\n",
    "gate/main.go": 'v, _ := client.BooleanValue(ctx, "slow-lane", false, e)\n',
    "gate/Gate.java": 'class Gate { boolean on = client.getBooleanValue("typo-in-java", true); }\n',
    "gate/ask.rb": 'client.fetch_number_value(flag_key: "old-gate", default_value: 1)\n',
    "docs/flags.md": "Call `client.get_boolean_value('only-mentioned', False)`.\n",
    "flags/common.yaml": DEFINED,
}


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Installation]:
    """The reference app in a repository of its own, with flags; nothing runs."""
    one = Installation(MAKAPIX, tmp_path / "makapix", {"architecture": "flags"})
    git(one, "init", "-q", "-b", "main")
    yield one
    one.close()


def git(one: Installation, *words: str, at: float = 0.0) -> None:
    said = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b"}
    said |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    said |= {"GIT_COMMITTER_DATE": f"{at or time.time():.0f} +0000"}
    command = ["git", *words]
    done = subprocess.run(
        command, cwd=one.folder, env={**os.environ, **said}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def commit(one: Installation, at: float = 0.0) -> None:
    git(one, "add", "-A")
    git(one, "commit", "-q", "-m", "all", at=at)


def put(one: Installation, name: str, text: str) -> None:
    path = one.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def say(one: Installation, key: str, setting: Setting) -> None:
    """What somebody said of a flag in production, some time ago."""
    place = Kept(one.home, "prod")
    place.folder.mkdir(parents=True, exist_ok=True)
    former = place.settings().change
    place.make(
        [
            Change(
                id=key,
                former=former,
                at=setting.since,
                by="u",
                environment="prod",
                flag=key,
                verb="",
                before=Setting(),
                after=setting,
            )
        ]
    )


def count(one: Installation, since: float, last: dict[str, float]) -> None:
    """What a service counted that has run for long."""

    def said(at: float) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))

    flags = {
        key: {
            "users_full": False,
            "outcomes_full": False,
            "variants": {
                "on": {
                    "days": {said(at)[:10]: {"single": 1, "bulk": 0}},
                    "last": said(at),
                    "users": 1,
                    "users_before": 0,
                    "outcomes": {},
                }
            },
        }
        for key, at in last.items()
    }
    document = {"version": 1, "since": said(since), "written": said(time.time()), "flags": flags}
    put(one, ".partywall/flags/prod/counts/counts.json", json.dumps(document))


def test_ten_planted_cases_are_found_and_nothing_else(example: Installation) -> None:
    commit(example)
    assert example.document("flags", "stale")["findings"] == [], "the example as it is"

    for name, text in PLANTED.items():
        put(example, name, text)
    now = time.time()
    commit(example, now - 80 * DAY)
    say(example, "new-cart", Setting(mode="on", variant="on", since=now - 31.5 * DAY))
    say(example, "cart-colour", Setting(mode="on", variant="blue", since=now - 60 * DAY))
    ours = Rule(when={"==": [{"var": "plan"}, "pro"]}, variant="on", said="plan is pro")
    part = Setting(mode="part", variant="on", percent=10.0, rules=(ours,), since=now - 40 * DAY)
    say(example, "new_upload_flow", part)
    young = ("new-cart", "dark-mode", "slow-lane", "gone-long-ago", "only-mentioned")
    asked = {"cart-colour": now - 45 * DAY, "new_upload_flow": now - 5 * DAY}
    count(example, now - 70 * DAY, asked | dict.fromkeys(young, now - DAY))

    found = example.document("flags", "stale", code=1)
    said = [(one["kind"], one["flag"], one["file"]) for one in found["findings"]]
    here = "flags/common.yaml"
    assert said == [
        ("expired", "slow-lane", here),
        ("fully-off", "dark-mode", here),
        ("fully-on", "cart-colour", here),
        ("fully-on", "new-cart", here),
        ("undefined", "typo-in-java", "gate/Gate.java"),
        ("undefined", "typo-in-react", "makapix/page/Shop.tsx"),
        ("unevaluated", "cart-colour", here),
        ("unevaluated", "old-gate", here),
        ("unused", "gone-long-ago", here),
        ("unused", "only-mentioned", here),
    ]
    assert (found["flags"], found["notes"]) == (8, [])
    text = example.call("flags", "stale", code=1).out
    assert "production has had it on for everybody for 31 days" in text
    assert "every environment has had it off for 80 days" in text
    assert "10 findings, 8 flags are defined" in text
    later = example.document("flags", "stale", "--days", "65", code=1)["findings"]
    assert "fully-on" not in {one["kind"] for one in later}

    example.edit("flags/common.yaml", "owner: ada", "owner: ben")
    found = example.document("flags", "stale", code=1)["findings"]
    assert "fully-off" not in {one["kind"] for one in found}, "what was just written is young"

    example.edit("partywall.yaml", "architecture: flags", "architecture: dual")
    found = example.document("flags", "stale", code=1)
    assert "unevaluated" not in {one["kind"] for one in found["findings"]}
    (note,) = found["notes"]
    assert "`flags: off`" in note


def test_a_change_is_checked_before_it_is_merged(example: Installation) -> None:
    assert "there is none of origin/main" in example.call("flags", "check").err
    commit(example)
    assert "nothing is wrong" in example.call("flags", "check", "--strict").out

    git(example, "checkout", "-q", "-b", "feature")
    migration = "migrations/versions/m0005_titles.py"
    put(example, migration, 'revision = "m0005"\ndown_revision = "m0004"\n')
    assert example.document("flags", "check", "--strict")["migration"] is None
    put(example, "makapix/more.py", 'client.get_boolean_value("new_upload_flow", False)\n')
    commit(example)
    before = example.tree()
    found = example.document("flags", "check")
    assert found["migration"]["migrations"] == [migration]
    assert (found["migration"]["flags"], found["base"]) == (["new_upload_flow"], "main")
    assert "1 warning" in example.call("flags", "check", "--strict", code=1).out
    assert example.document("flags", "check", "--base", "HEAD", "--strict")["migration"] is None
    assert "no revision nowhere" in example.call("flags", "check", "--base", "nowhere", code=2).err
    assert example.tree() == before, "nothing is changed"

    example.edit("flags/common.yaml", "2027-12-31", "2026-01-31")
    put(example, "makapix/typo.py", 'client.get_boolean_value("new_uplaod_flow", False)\n')
    found = example.document("flags", "check", code=1)
    assert [one["flag"] for one in found["errors"]] == ["new_uplaod_flow"]
    assert [one["kind"] for one in found["warnings"]] == ["expired"]

    put(example, "flags/dev.yaml", "flags: {x: {variants: {}}}\n")
    assert "flags/dev.yaml:1" in example.call("flags", "check", code=2).err


USERS = 1200


def test_outcomes_posted_to_the_service_show_what_a_variant_does(tmp_path: Path) -> None:
    with tiny(tmp_path, architecture="flags") as one:
        put(one, "flags/common.yaml", PLANTED["flags/common.yaml"])
        put(one, "fast.py", PLANTED["makapix/cart.py"])
        one.call("flags", "rollout", "new-cart", "50%", "--yes")
        one.call("up", "--yes")
        bought = _shop(one)
        until(lambda: _users(one) == USERS, what="the service has written what it counted")

        found = one.document("flags", "outcome", "new-cart", "bought")
        (outcome,) = found["outcomes"]
        rates = {each["variant"]: (each["users"], each["outcomes"]) for each in outcome["rates"]}
        assert rates == bought
        (compared,) = outcome["compared"]
        assert compared["verdict"] == "higher"
        assert compared["low"] < 20 < compared["high"], "20 % of one, 40 % of the other"
        assert found["configured"] == {"on": 50.0, "off": 50.0}
        assert outcome["trusted"], outcome["split_chance"]

        text = one.call("flags", "outcome", "new-cart").out
        assert "on is higher than off, by at least" in text
        assert "looked\n" in text
        turned = one.call("flags", "outcome", "new-cart", "bought", "--control", "on").out
        assert "off is lower than on" in turned
        assert "no outcome" in one.call("flags", "outcome", "new-cart", "left", code=2).err

        one.call("flags", "rollout", "new-cart", "60%", "--yes")
        again = one.document("flags", "outcome", "new-cart")
        assert again["configured"] is None
        assert "60 %" in again["notes"][0]


def _shop(one: Installation) -> dict[str, tuple[int, int]]:
    """Users look, and some buy: of those who have it on two in five, of the others one in five."""
    host, port = one.address("prod/flags")
    seen: dict[str, list[int]] = {"on": [], "off": []}
    with contextlib.closing(http.client.HTTPConnection(host, port, timeout=20)) as connection:

        def post(path: str, **body: object) -> Any:
            connection.request("POST", path, json.dumps(body))
            data = connection.getresponse().read()
            return json.loads(data) if data else None

        for user in range(USERS):
            whose = {"targetingKey": f"user-{user}"}
            variant = post(f"{FLAGS}/new-cart", context=whose)["variant"]
            buys = len(seen[variant]) % 5 < (2 if variant == "on" else 1)
            seen[variant].append(buys)
            for name in [*(["bought"] if buys else []), "looked"]:
                post(OUTCOMES, flag="new-cart", outcome=name, context=whose)
    return {name: (len(found), sum(found)) for name, found in seen.items()}


def _users(one: Installation) -> int:
    found = json.loads(one.call("flags", "outcome", "new-cart", "--json").out)["outcomes"]
    looked = [each for each in found if each["name"] == "looked"]
    return sum(rate["outcomes"] for each in looked for rate in each["rates"])
