"""Bad files are refused and what is good stays served; a killed change is made or is not."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flags.flagged import APP, FEATURES, FLAG, Flagged
from partywall.flags import definitions, settings
from partywall.flags.settings import Settings
from scenarios.installation import until
from scenarios.ordinary import Ordinary

pytestmark = pytest.mark.scenario
ROUNDS = 30


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flagged]:
    """Up, in processes; a test leaves its files as they were."""
    one = Flagged(tmp_path_factory.mktemp("flagged") / "feature")
    try:
        one.call("up", "--yes")
        yield one
    finally:
        one.close()


def _written(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


def _itself(path: Path) -> None:
    path.symlink_to(path.name)  # which nobody can read, not even root


_HEAD = "# ours\nflags:\n  more:\n"
BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "operator": (
        _written(
            f'{_HEAD}    variants: {{"on": true, "off": false}}\n    targeting:\n'
            '      if: [{resembles: [{var: plan}, "pro"]}, "on", "off"]\n'
        ),
        "dev.yaml:6",
    ),
    "type": (_written(f"{_HEAD}    variants:\n      small: 10\n      large: many\n"), "dev.yaml:6"),
    "other type than for all": (
        _written(f"flags:\n  {FLAG}:\n    variants: {{a: 1, b: 2}}\n"),
        "dev.yaml:2",
    ),
    "key twice": (
        _written(f"{_HEAD}    variants: {{a: 1}}\n  more:\n    variants: {{a: 2}}\n"),
        "dev.yaml:5",
    ),
    "10 MB": (_written("flags: {}\n" + "# more\n" * 1_500_000), "dev.yaml"),
    "all of it too large": (
        _written(
            f"$evaluators:\n  long: {{in: [{{var: plan}}, [{', '.join(['x' * 99] * 2000)}]]}}\n"
            "flags:\n"
            + "".join(
                f'  f{n}: {{variants: {{"a": 1}}, targeting: {{if: [{{$ref: long}}, "a"]}}}}\n'
                for n in range(40)
            )
        ),
        "dev.yaml",
    ),
    "folder": (Path.mkdir, "dev.yaml"),
    "unreadable": (_itself, "dev.yaml"),
    "no YAML": (_written("flags: {more: [\n"), "dev.yaml:"),
}
COMMANDS = (
    ("up", "--yes"),
    ("flags", "on", FLAG, "--in", "dev"),
    ("flags", "rollout", FLAG, "10%", "--in", "dev"),
    ("flags", "promote", "dev", "prod", "--yes"),
)


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_with_its_place_and_the_last_good_set_stays(
    app: Flagged, what: str
) -> None:
    app.call("flags", "on", FLAG, "--in", "dev")
    app.waits_for("dev", value=True)
    before = {name: app.bytes_of(name) for name in ("prod", "dev")}
    path = app.folder / "flags" / "dev.yaml"
    make, where = BAD[what]
    make(path)
    try:
        for words in COMMANDS:
            began = time.monotonic()
            said = app.call(*words, code=2)
            assert f"flags/{where}" in said.err, (words, said.text)
            assert " do: " in said.err, said.err
            assert time.monotonic() - began < 30
        assert {name: app.bytes_of(name) for name in ("prod", "dev")} == before
        assert app.answers("dev", range(3)) == [True] * 3
    finally:
        path.rmdir() if path.is_dir() else path.unlink()
    assert "no changes" in app.call("up", "--yes").out


def test_a_flag_is_off_by_command_even_while_a_file_is_wrong(app: Flagged) -> None:
    app.call("flags", "on", FLAG, "--in", "dev")
    app.waits_for("dev", value=True)
    path = app.folder / "flags" / "dev.yaml"
    path.write_text("flags: {more: [\n")
    try:
        said = app.call("flags", "off", FLAG, "--in", "dev")
        assert "note: " in said.err
        assert "flags/dev.yaml:" in said.err
        assert "it goes by what is served" in said.err
        app.waits_for("dev", value=False)
        app.call("flags", "off", "never_defined", "--in", "dev", code=2)
    finally:
        path.unlink()
    assert "no changes" in app.call("up", "--yes").out


def test_what_was_said_and_is_in_no_file_any_more_is_refused(app: Flagged) -> None:
    path = app.folder / "flags" / "dev.yaml"
    path.write_text("flags:\n  size:\n    variants: {s: 1, m: 2}\n    defaultVariant: s\n")
    try:
        app.call("flags", "on", "size", "--variant", "m", "--in", "dev")
        path.write_text("flags:\n  size:\n    variants: {s: 1, l: 3}\n    defaultVariant: s\n")
        refused = app.call("up", "--yes", code=2)
        assert "`size` has no variant `m`" in refused.err
        assert "dev.yaml:2" in refused.err
        app.call("flags", "off", FLAG, "--in", "dev")  # others are not kept from theirs
        app.call("flags", "reset", "size", "--in", "dev")
        assert app.answers("dev", range(1), "size") in ([1], [2])
    finally:
        path.unlink()
    app.call("up", "--yes")


def test_a_file_that_is_closed_to_the_user_is_refused_and_the_last_good_set_stays(
    tmp_path: Path,
) -> None:
    app = Ordinary(APP, tmp_path / "feature", {"engine": "embedded"})
    with contextlib.closing(app):
        shutil.copy(FEATURES, app.folder)
        app.give(app.folder)
        app.call("up", "--yes")
        app.call("flags", "on", FLAG, "--in", "dev")
        served = app.home / "flags" / "dev" / "served" / "flags.json"
        good = served.read_bytes()
        path = app.folder / "flags" / "dev.yaml"
        path.write_text("flags: {}\n")
        app.give(path)
        path.chmod(0)
        for words in (*COMMANDS, ("flags", "check")):
            said = app.call(*words, code=2)
            assert f"flags/{path.name}" in said.err, (words, said.text)
            assert "permission denied" in said.err, said.err
            assert " do: " in said.err, said.err
        assert served.read_bytes() == good
        path.chmod(0o600)
        assert "no changes" in app.call("up", "--yes").out


def test_a_served_file_that_somebody_spoilt_is_not_taken_and_the_next_command_mends_it(
    app: Flagged,
) -> None:
    app.call("flags", "on", FLAG, "--in", "dev")
    app.waits_for("dev", value=True)
    served = app.kept("dev") / "served" / "flags.json"
    good = served.read_bytes()
    served.write_bytes(good[: len(good) // 2])
    for _ in range(20):
        assert app.answers("dev", range(1)) == [True]
        time.sleep(0.05)  # it looks five times a second
    app.call("up", "--yes")
    assert served.read_bytes() == good


def _expected(app: Flagged, data: bytes) -> bytes:
    """What is to be served with these settings."""
    said = msgspec.json.decode(data, type=Settings)
    defined = definitions.load(app.folder, "dev")
    return "".join(definitions.text(settings.document(defined, said))).encode()


def _history(app: Flagged) -> list[Any]:
    found: list[Any] = app.document("flags", "history")["changes"]
    return [one for one in found if one["environment"] == "dev"]


def test_a_change_that_is_killed_has_happened_or_has_not(app: Flagged) -> None:
    app.call("flags", "off", FLAG, "--in", "dev")
    verbs = (("on", FLAG), ("rollout", FLAG, "25%"), ("off", FLAG), ("rollout", FLAG, "75%"))
    began = time.monotonic()
    app.call("flags", "reset", FLAG, "--in", "dev")
    usual = time.monotonic() - began
    chance = random.Random(7)
    killed = made = 0
    for number in range(ROUNDS):
        before = app.bytes_of("dev")
        told = len(_history(app))
        words = app.command("flags", *verbs[number % len(verbs)], "--in", "dev")
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
            time.sleep(usual * chance.uniform(0.3, 1.3))
            one.kill()
        killed += one.returncode != 0
        after = app.bytes_of("dev")
        assert _is_one_of(app, before, after)
        history = _history(app)
        assert len(history) - told <= 1
        changed = after["settings.json"] != before["settings.json"]
        made += changed
        said = json.loads(after["settings.json"])
        if changed:
            assert history[-1]["id"] == said["change"]
        assert {one["id"] for one in history if one["took_effect"]} >= {said["change"]}
        assert not [one for one in history[told:] if one["took_effect"] is not changed]
        app.call("flags", *verbs[(number + 1) % len(verbs)], "--in", "dev")
        assert (
            _expected(app, app.bytes_of("dev")["settings.json"])
            == (app.bytes_of("dev")["flags.json"])
        )
    assert killed > ROUNDS // 3, f"{killed} of {ROUNDS} were killed in time, {made} were made"
    value = app.document("flags", "show", FLAG)["environments"]["dev"]["mode"]
    app.call("flags", "on" if value == "off" else "off", FLAG, "--in", "dev")
    app.waits_for("dev", value=value == "off")
    until(lambda: not list(app.kept("dev").glob("**/*.tmp")), what="no drafts stay")
    assert [one.name for one in (app.kept("dev") / "served").iterdir()] == ["flags.json"]


def _is_one_of(app: Flagged, before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """The settings are whole, and what is served is of the old ones or of the new ones."""
    json.loads(after["flags.json"])
    served = {_expected(app, one["settings.json"]) for one in (before, after)}
    return after["flags.json"] in served
